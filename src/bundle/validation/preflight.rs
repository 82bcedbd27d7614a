//! Whether rows are in the way: asked before the bridge, harmless after it.

use crate::plan::Step;
use crate::sql::quote;

/// A query over rows.
pub(in crate::bundle) struct Question {
    /// What it is about.
    name: String,
    /// One row with `bad`.
    query: String,
}

/// The questions of some steps, in order.
pub(in crate::bundle) fn questions(steps: &[&Step]) -> Vec<Question> {
    let question = |step: &&Step| {
        let failure = step.effects.may_fail.as_ref()?;
        let query = failure.preflight.as_ref()?.trim_end().trim_end_matches(';').to_owned();
        let name = quote::printable(&format!("before: {} where {}", step.title(), failure.why));
        Some(Question { name, query })
    };
    steps.iter().filter_map(question).collect()
}

/// A block that asks them one by one and leaves the answers in a setting of the transaction. After the
/// bridge a question may be about something that is gone: that is no failure.
pub(super) fn ask(questions: &[Question]) -> Option<String> {
    if questions.is_empty() {
        return None;
    }
    let rows: Vec<String> = questions
        .iter()
        .map(|it| format!("    ({}, {})", quote::literal(&it.name), quote::literal(&it.query)))
        .collect();
    let body = format!(
        "\nDECLARE\n  question record;\n  bad boolean;\n  answers jsonb := '{{}}';\nBEGIN\n  \
         FOR question IN SELECT * FROM (VALUES\n{}\n  ) AS q (name, query) LOOP\n    \
         BEGIN\n      EXECUTE question.query INTO bad;\n      \
         answers := answers || pg_catalog.jsonb_build_object(question.name, CASE WHEN bad THEN 'there are' ELSE 'none' END);\n    \
         EXCEPTION WHEN undefined_table OR undefined_column OR ambiguous_column OR undefined_function OR undefined_object OR datatype_mismatch OR invalid_schema_name THEN\n      \
         answers := answers || pg_catalog.jsonb_build_object(question.name, 'not to be asked');\n    \
         WHEN insufficient_privilege THEN\n      \
         answers := answers || pg_catalog.jsonb_build_object(question.name, 'unknown: this role may not read it');\n    \
         END;\n  END LOOP;\n  \
         PERFORM pg_catalog.set_config('pgbridge.answers', answers::text, true);\nEND\n",
        rows.join(",\n")
    );
    Some(format!("DO {};\n", quote::dollar(&body)))
}

/// The answers as checks.
pub(super) fn told(questions: &[Question]) -> Option<String> {
    (!questions.is_empty()).then(|| {
        "  SELECT a.key AS name, CASE a.value WHEN 'not to be asked' THEN a.value ELSE 'none' END AS expected, a.value AS actual\n  \
         FROM pg_catalog.jsonb_each_text(pg_catalog.current_setting('pgbridge.answers')::jsonb) AS a"
            .to_owned()
    })
}
