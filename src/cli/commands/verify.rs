//! `pgbridge verify`.

use crate::cli::args::VerifyArgs;
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::{Exit, output};
use crate::config;
use crate::connect::{Conninfo, Environment};
use crate::verify::{BinarySearch, Proof, Rows, Verdict, verify};
use anstyle::AnsiColor;

pub(super) async fn run(args: VerifyArgs) -> Result<Exit, CliError> {
    let checks = config::load(args.config.as_deref())?.rls;
    let environment = Environment::from_process();
    let scratch =
        args.scratch.as_deref().map(|text| Conninfo::parse(text, &environment)).transpose()?;
    let search = BinarySearch::from_environment(&environment);
    let progress = Progress::start("preparing the proof");
    let proof =
        verify(&args.bundle, scratch.as_ref(), &search, args.data, &checks, &mut |message| {
            progress.say(message);
        })
        .await?;
    drop(progress);
    tell(&proof)?;
    Ok(verdict_exit(&proof, args.strict))
}

/// Prints the verdict, its limits and what remains different.
pub(super) fn tell(proof: &Proof) -> Result<(), CliError> {
    let (text, colour) = match proof.verdict {
        Verdict::Proven => ("proven", AnsiColor::Green),
        Verdict::ProvenWithLimits => ("proven with limits", AnsiColor::Yellow),
        Verdict::NotProven => ("not proven", AnsiColor::Red),
        Verdict::CannotProve => ("cannot prove", AnsiColor::Red),
    };
    let line = format!(
        "verify: {} ({} migrations and their rollbacks, on {})",
        output::coloured(text, colour),
        proof.files,
        proof.scratch
    );
    output::result(&line)?;
    if let Some(rows) = &proof.rows {
        output::result(&format!("  {}", figure(rows)))?;
    }
    let prediction = &proof.prediction;
    output::result(&format!(
        "  locks: {} steps checked, {} too weak, {} too strong",
        prediction.steps, prediction.too_weak, prediction.too_strong
    ))?;
    if let Some(rls) = &proof.rls {
        output::result(&format!("  rls checks: {} of {} hold", rls.hold, rls.checks))?;
    }
    for unseen in &prediction.unseen {
        output::result(&format!("  too strong: {unseen}"))?;
    }
    for limit in &proof.limits {
        output::result(&format!("  limit: {limit}"))?;
    }
    for difference in &proof.differences {
        output::result(&format!("  {difference}"))?;
    }
    Ok(())
}

/// What became of the seeded rows, in one line.
fn figure(rows: &Rows) -> String {
    let noun = |count: usize, one: &str, many: &str| {
        format!("{} {}", grouped(count), if count == 1 { one } else { many })
    };
    let fate = match (rows.untold, rows.told.len()) {
        (0, 0) => "none lost".to_owned(),
        (0, told) => format!("none lost but what the plan says ({})", noun(told, "loss", "losses")),
        (untold, _) => format!("{} that no step says", noun(untold, "loss", "losses")),
    };
    let shown: Vec<&str> = rows.without.iter().take(10).map(String::as_str).collect();
    let more = if rows.without.len() > shown.len() { ", .." } else { "" };
    let without = if shown.is_empty() {
        String::new()
    } else {
        let count = noun(rows.without.len(), "table", "tables");
        format!("; {count} without rows: {}{more}", shown.join(", "))
    };
    let tables = noun(rows.tables, "table", "tables");
    format!("rows: {} seeded in {tables}, {fate}{without}", grouped(rows.seeded))
}

/// `1,200`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The exit code of a verdict.
pub(super) fn verdict_exit(proof: &Proof, strict: bool) -> Exit {
    match proof.verdict {
        Verdict::Proven => Exit::Good,
        Verdict::ProvenWithLimits if !strict => Exit::Good,
        Verdict::ProvenWithLimits | Verdict::NotProven => Exit::No,
        Verdict::CannotProve => Exit::Failed,
    }
}
