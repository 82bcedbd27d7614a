//! The divergence and the report for programs.

use crate::diff::{Change, Divergence, Level, Side};
use crate::report::view::ReportView;
use serde::Serialize;

/// The format that this version writes.
pub const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct File<'a> {
    format_version: u32,
    /// Nothing counts, and nothing was left uncompared.
    equal: bool,
    /// Everything could be compared.
    complete: bool,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    id: String,
    code: &'static str,
    kind: &'static str,
    object: String,
    path: Vec<&'a str>,
    side: Side,
    level: Level,
    unmodelled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    told_with: Option<String>,
    changes: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    /// `code:kind:path#attribute`.
    id: String,
    #[serde(flatten)]
    change: &'a Change,
}

/// The divergence as JSON, in the order of the objects, with a line break at its end; `complete`
/// is whether everything could be compared.
pub fn divergence(divergence: &Divergence, complete: bool) -> String {
    let findings = divergence.drifts.iter().map(|drift| {
        let id = drift.id();
        let changes = drift
            .changes
            .iter()
            .map(|change| Changed { id: format!("{id}#{}", change.attribute), change });
        Finding {
            code: drift.code(),
            kind: drift.object.kind.name(),
            object: drift.object.label(),
            path: drift.object.path.iter().map(|part| &**part).collect(),
            side: drift.side,
            level: drift.level,
            unmodelled: drift.unmodelled,
            told_with: drift.told_with.as_ref().map(ToString::to_string),
            changes: changes.collect(),
            id,
        }
    });
    let file = File {
        format_version: FORMAT_VERSION,
        equal: divergence.is_equal() && complete,
        complete,
        findings: findings.collect(),
    };
    let text = serde_json::to_string_pretty(&file);
    // strings, numbers and lists always have a form in JSON
    let text = text.unwrap_or_else(|error| unreachable!("plain data is JSON: {error}"));
    format!("{text}\n")
}

/// `report.json`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    /// The format that this version writes.
    format_version: u32,
    #[serde(flatten)]
    view: &'a ReportView,
}

/// The whole report as JSON, with a line break at its end; `docs/schema/report.json` is its schema.
pub fn report(view: &ReportView) -> String {
    let text = serde_json::to_string_pretty(&Report { format_version: FORMAT_VERSION, view });
    // strings, numbers and lists always have a form in JSON
    let text = text.unwrap_or_else(|error| unreachable!("plain data is JSON: {error}"));
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use crate::diff::{Change, Divergence, Drift, Level, Side};
    use crate::model::{Kind, ObjectId};

    fn id(kind: &str, path: &[&str]) -> ObjectId {
        ObjectId::new(Kind::parse(kind).unwrap(), path)
    }

    /// The committed schemas are those of the types; `PGBRIDGE_WRITE_DOCS=1` writes them anew.
    #[test]
    fn schemas_are_those_of_the_types() {
        let schemas = [
            ("report", schemars::schema_for!(super::Report<'_>)),
            ("plan", schemars::schema_for!(crate::bundle::Manifest)),
        ];
        for (name, schema) in schemas {
            let path = format!("{}/docs/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
            let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            if std::env::var_os("PGBRIDGE_WRITE_DOCS").is_some() {
                std::fs::write(&path, text).unwrap();
            } else {
                let committed = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(committed == text, "{path} is not the schema of the types: write it anew");
            }
        }
    }

    #[test]
    fn ids_name_code_kind_path_and_attribute() {
        let change = Change {
            attribute: "definition".to_owned(),
            dev: "select \"1\"".to_owned(),
            prod: "select 2".to_owned(),
            dev_elements: Vec::new(),
            prod_elements: Vec::new(),
            level: Level::Drift,
        };
        let drift = Drift {
            object: id("view", &["public", "V"]),
            told_with: None,
            side: Side::Both,
            changes: vec![change],
            level: Level::Drift,
            unmodelled: false,
        };
        let text = super::divergence(&Divergence { drifts: vec![drift] }, true);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["format_version"], 1);
        assert_eq!(value["equal"], false);
        assert_eq!(value["findings"][0]["id"], "changed:view:public.\"V\"");
        assert_eq!(value["findings"][0]["path"][1], "V");
        assert_eq!(
            value["findings"][0]["changes"][0]["id"],
            "changed:view:public.\"V\"#definition"
        );
        assert_eq!(value["findings"][0]["side"], "both");
        assert!(super::divergence(&Divergence::default(), true).contains("\"equal\": true"));
        assert!(super::divergence(&Divergence::default(), false).contains("\"equal\": false"));
    }
}
