//! What is shown on schemas that others wrote. They lie beside the checkout: `.ci/corpus` runs this,
//! `cargo test` does not.

#[cfg(test)]
#[path = "../it/html/browser.rs"]
mod browser;
#[cfg(test)]
#[path = "../it/types/judges.rs"]
mod judges;
#[cfg(test)]
#[path = "../it/program.rs"]
#[expect(dead_code, reason = "a part of what the other tests stand on")]
mod program;
#[cfg(test)]
#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "a part of what the other tests stand on")]
mod support;

#[cfg(test)]
mod base;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod types;
