//! Progress on stderr, where it is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// A line that tells what is being done.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Starts with a message.
    pub(super) fn start(message: &str) -> Self {
        // hidden by itself where stderr is no terminal
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(message.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// The next message.
    pub(super) fn say(&self, message: &str) {
        self.0.set_message(crate::sql::quote::printable(message));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
