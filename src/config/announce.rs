//! `[announce]`: what only people know of the rollout.

use super::error::Problem;
use super::file::{key, problem, shown, table, unknown};
use crate::plan::{Ask, Rollout};
use toml::Value;

/// The answers that the file gives.
pub(super) fn rollout(value: &Value) -> Result<Rollout, Problem> {
    let mut rollout = Rollout::default();
    for (name, value) in table("announce", value)? {
        let place = format!("announce.{}", key(name));
        let Some(ask) = Ask::ALL.into_iter().find(|ask| ask.key() == name) else {
            return Err(unknown(&place, &Ask::ALL.map(Ask::key)));
        };
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| {
            let wrong = format!("{} is no text", shown(value));
            problem(&place, wrong, "leave the key out as long as there is no answer")
        })?;
        rollout.answer(ask, text.to_owned());
    }
    Ok(rollout)
}
