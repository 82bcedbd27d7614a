//! What is asked of each kind of object, and what is expected.

use super::locator::locator;
use super::sql::{
    COLLATION, COLUMN_OPTIONS, COMPRESSION, CONSTRAINT, CONSTRAINT_DEFINITION, ENABLED, GENERATED,
    GENERATION, INDEX, INITIAL_ACL, LABELS, NOT_NULL, OPTIONS, OWNED_BY, POLICY, PUBLISHED,
    REPLICA_IDENTITY, ROUTINE, ROW_SECURITY, SEQUENCE, SETTINGS, STATISTICS, STORAGE, TYPE,
};
use crate::model::acl::shown;
use crate::model::snapshot::digest;
use crate::model::{Object, Value};

/// One property of an object.
pub(super) struct Fact {
    /// What it is called in the name of the check; empty for the object itself.
    pub(super) what: &'static str,
    /// The SQL expression that reads it.
    pub(super) value: String,
    /// What it gives after the bridge.
    pub(super) expected: String,
    /// The attributes that it stands for.
    pub(super) covers: &'static [&'static str],
}

impl Fact {
    /// It only says that something is not set.
    pub(super) fn is_trivial(&self, object: &Object) -> bool {
        let column = matches!(object.id.kind.name(), "column" | "view_column");
        matches!(&*self.expected, "-" | "none") || (column && self.expected == "default")
    }
}

/// Only that the object is there.
pub(super) const PRESENT: &str = "'present'";

fn fact(
    what: &'static str,
    value: impl Into<String>,
    expected: impl Into<String>,
    covers: &'static [&'static str],
) -> Fact {
    Fact { what, value: value.into(), expected: expected.into(), covers }
}

/// All facts of an object. Texts that the server deparses are left out where dev's server is
/// another major, because it may write them differently.
pub(super) fn facts(object: &Object, same_major: bool, major: i32) -> Vec<Fact> {
    let Some(locator) = locator(object.id.kind.name()) else { return Vec::new() };
    let mut facts = own(object, major);
    if same_major {
        facts.extend(definitions(object));
    }
    if let (true, Some(owner)) = (locator.owned, &object.facets.owner) {
        facts.push(fact(
            "owner",
            format!("pg_catalog.pg_get_userbyid({})", locator.owner),
            &**owner,
            &["owner"],
        ));
    }
    if let Some(comment) = locator.comment {
        let expected = object.facets.comment.as_ref().map_or("none", |text| text);
        facts.push(fact("comment", format!("coalesce({comment}, 'none')"), expected, &["comment"]));
    }
    if let Some((column, class)) = locator.acl {
        facts.extend(privileges(object, column, class, locator.owner, major));
    }
    facts
}

fn privileges(object: &Object, column: &str, class: &str, owner: &str, major: i32) -> Option<Fact> {
    let items = object.facets.acl.as_ref();
    // a privilege that this major does not have cannot be asked for
    if major < 17
        && items.is_some_and(|items| items.iter().any(|item| &*item.privilege == "MAINTAIN"))
    {
        return None;
    }
    let mut shown: Vec<String> = items.into_iter().flatten().map(ToString::to_string).collect();
    shown.sort();
    let expected = match (items, shown.is_empty()) {
        (None, _) => "default".to_owned(),
        (Some(_), true) => "nothing".to_owned(),
        (Some(_), false) => shown.join("; "),
    };
    let list = |acl: &str| {
        format!(
            "(SELECT coalesce(pg_catalog.string_agg(t.item, '; ' ORDER BY t.item COLLATE \"C\"), 'nothing') FROM (SELECT DISTINCT x.privilege_type \
             || ' to ' || CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN {owner} THEN '<owner>' ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END \
             || CASE WHEN x.is_grantable AND x.grantee <> {owner} THEN ' with grant option' ELSE '' END \
             || CASE x.grantor WHEN {owner} THEN '' ELSE ' by ' || pg_catalog.pg_get_userbyid(x.grantor)::text END AS item \
             FROM pg_catalog.aclexplode({acl}) x) t)"
        )
    };
    if class.is_empty() {
        return Some(fact("privileges", list(column), expected, &["acl"]));
    }
    let default = format!("pg_catalog.acldefault('{class}', {owner})");
    let actual = list(&format!("coalesce({column}, {default})"));
    let value =
        format!("CASE {actual}\n      WHEN {} THEN 'default' ELSE {actual} END", list(&default));
    Some(fact("privileges", value, expected, &["acl"]))
}

/// Attributes that the server deparses.
pub(super) const DEPARSED: &[&str] =
    &["definition", "expression", "generated", "arguments", "sql_body", "using", "check"];

/// The value of an attribute by its name.
fn value<'a>(object: &'a Object, name: &str) -> &'a Value {
    let at = object.specs.iter().position(|spec| spec.name == name);
    at.and_then(|at| object.values.get(at)).unwrap_or(&Value::Null)
}

fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    value(object, name).as_str().unwrap_or("")
}

fn is(object: &Object, name: &str) -> bool {
    value(object, name).is_true()
}

/// Facts that every major writes the same way.
fn own(object: &Object, major: i32) -> Vec<Fact> {
    let word = |condition: bool, word: &'static str| if condition { word } else { "" };
    match object.id.kind.name() {
        "extension" => {
            let schema =
                "(SELECT s.nspname FROM pg_catalog.pg_namespace s WHERE s.oid = o.extnamespace)";
            vec![fact("schema", schema, text(object, "schema"), &["schema"])]
        }
        "enum" => {
            vec![fact("labels", LABELS, value(object, "labels").as_list().join(", "), &["labels"])]
        }
        "sequence" => sequence(object),
        "table" => table(object),
        "column" => column(object, major),
        "view_column" => vec![fact("type", TYPE, text(object, "type"), &["type"])],
        "view" => vec![
            fact("", PRESENT, "present", &[]),
            fact("options", OPTIONS, options(object), &["options"]),
        ],
        "constraint" => {
            let state = [
                text(object, "type"),
                word(!text(object, "deferrable").is_empty(), ", "),
                text(object, "deferrable"),
                word(is(object, "not_valid"), ", not valid"),
                word(is(object, "not_enforced"), ", not enforced"),
            ];
            vec![fact(
                "",
                CONSTRAINT,
                state.concat(),
                &["type", "deferrable", "not_valid", "not_enforced"],
            )]
        }
        "index" => {
            let state = if is(object, "invalid") { "invalid" } else { "valid" };
            let table = if let Value::Id(table) = value(object, "table") {
                table.path.join(".")
            } else {
                String::new()
            };
            vec![fact("", INDEX, format!("{state} on {table}"), &["invalid", "table"])]
        }
        "rule" => vec![fact(
            "",
            ENABLED.replace("{column}", "o.ev_enabled"),
            enabled(object),
            &["enabled"],
        )],
        "trigger" => vec![fact(
            "",
            ENABLED.replace("{column}", "o.tgenabled"),
            enabled(object),
            &["enabled"],
        )],
        "policy" => {
            let kind = if is(object, "restrictive") { "RESTRICTIVE" } else { "PERMISSIVE" };
            let roles: Vec<String> =
                value(object, "roles").as_set().iter().map(|role| shown(role).to_owned()).collect();
            let expected =
                format!("{kind} FOR {} TO {}", text(object, "command"), roles.join(", "));
            vec![fact("", POLICY, expected, &["restrictive", "command", "roles"])]
        }
        "function" | "procedure" => routine(object),
        "initial_acl" => vec![initial_acl(object)],
        "event_trigger" => vec![
            fact("", ENABLED.replace("{column}", "o.evtenabled"), enabled(object), &["enabled"]),
            fact("event", "o.evtevent", text(object, "event"), &["event"]),
        ],
        "publication" => {
            let words = value(object, "publish").as_set();
            let mut words: Vec<String> = words.iter().map(ToString::to_string).collect();
            if is(object, "all_tables") {
                words.insert(0, "all tables".to_owned());
            }
            vec![fact("", PUBLISHED, words.join(" "), &["all_tables", "publish"])]
        }
        // a schema, a default, default privileges
        _ => vec![fact("", PRESENT, "present", &[])],
    }
}

fn enabled(object: &Object) -> &str {
    match text(object, "enabled") {
        "" => "ENABLE",
        state => state,
    }
}

fn initial_acl(object: &Object) -> Fact {
    let items = |name: &str| {
        let items = value(object, name).as_set();
        items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let expected = format!("given: {}; taken: {}", items("given"), items("taken"));
    fact("", INITIAL_ACL, expected, &["given", "taken"])
}

fn sequence(object: &Object) -> Vec<Fact> {
    let number = |name: &str| value(object, name).to_string();
    let expected = format!(
        "{} start {} increment {} min {} max {} cache {}{}",
        text(object, "type"),
        number("start"),
        number("increment"),
        number("min"),
        number("max"),
        number("cache"),
        if is(object, "cycle") { " cycle" } else { "" }
    );
    let owner = if let Value::Id(column) = value(object, "owned_by") {
        let identity = text(object, "identity");
        let space = if identity.is_empty() { "" } else { " " };
        format!("{}{space}{identity}", column.path.join("."))
    } else {
        "nothing".to_owned()
    };
    vec![
        fact(
            "",
            SEQUENCE,
            expected,
            &["type", "start", "increment", "min", "max", "cache", "cycle"],
        ),
        fact("owned by", OWNED_BY, owner, &["owned_by", "identity"]),
    ]
}

fn table(object: &Object) -> Vec<Fact> {
    let security = match (is(object, "row_security"), is(object, "force_row_security")) {
        (true, true) => "on, forced",
        (true, false) => "on",
        (false, true) => "off, forced",
        (false, false) => "off",
    };
    let kept = if is(object, "unlogged") { "unlogged" } else { "logged" };
    let identity = match text(object, "replica_identity") {
        "" => "DEFAULT",
        word => word,
    };
    vec![
        fact(
            "",
            "CASE o.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END",
            kept,
            &["unlogged"],
        ),
        fact("row-level security", ROW_SECURITY, security, &["row_security", "force_row_security"]),
        fact("options", OPTIONS, options(object), &["options"]),
        fact("replica identity", REPLICA_IDENTITY, identity, &["replica_identity"]),
    ]
}

fn column(object: &Object, major: i32) -> Vec<Fact> {
    let null = match (is(object, "not_null"), is(object, "not_null_pending")) {
        (true, _) => " NOT NULL",
        (_, true) => " NOT NULL NOT VALID",
        _ => "",
    };
    let or_none = |name: &str| match text(object, name) {
        "" => "-".to_owned(),
        word => word.to_owned(),
    };
    let mut facts = vec![
        fact(
            "",
            format!("{TYPE} || {NOT_NULL}"),
            format!("{}{null}", text(object, "type")),
            &["type", "not_null", "not_null_pending"],
        ),
        fact("generated", GENERATED, or_none("generated_kind"), &["generated_kind"]),
        fact("collation", COLLATION, or_none("collation"), &["collation"]),
        fact("storage", STORAGE, or_none("storage"), &["storage"]),
        fact("statistics", STATISTICS, value(object, "statistics").to_string(), &["statistics"]),
        fact("options", COLUMN_OPTIONS, options(object), &["options"]),
    ];
    // the column of the catalog is there from 14 on
    if major >= 14 {
        facts.push(fact("compression", COMPRESSION, or_none("compression"), &["compression"]));
    }
    facts
}

fn routine(object: &Object) -> Vec<Fact> {
    let mut words = vec![text(object, "language").to_owned()];
    let mut flag = |name: &str, word: &str| {
        if is(object, name) {
            words.push(word.to_owned());
        }
    };
    flag("window", "WINDOW");
    flag("strict", "STRICT");
    flag("security_definer", "SECURITY DEFINER");
    flag("leakproof", "LEAKPROOF");
    words.extend(
        Some(text(object, "volatility")).filter(|word| !word.is_empty()).map(str::to_owned),
    );
    words.extend(
        Some(text(object, "parallel"))
            .filter(|word| !word.is_empty())
            .map(|word| format!("PARALLEL {word}")),
    );
    let covers = &[
        "language",
        "window",
        "strict",
        "security_definer",
        "leakproof",
        "volatility",
        "parallel",
    ];
    vec![
        fact("", ROUTINE, words.join(" "), covers),
        fact("settings", SETTINGS, settings(object), &["settings"]),
        fact("body", hashed("o.prosrc"), hash(text(object, "body")), &["body"]),
        fact(
            "result",
            "coalesce(pg_catalog.pg_get_function_result(o.oid), '-')",
            value(object, "result").to_string(),
            &["result"],
        ),
    ]
}

/// Storage parameters; their case does not matter.
fn options(object: &Object) -> String {
    let map = value(object, "options").as_map();
    let mut options: Vec<String> =
        map.iter().map(|(key, value)| format!("{key}={value}").to_lowercase()).collect();
    options.sort_unstable();
    if options.is_empty() { "-".to_owned() } else { options.join(", ") }
}

fn settings(object: &Object) -> String {
    let mut settings: Vec<&str> =
        value(object, "settings").as_list().iter().map(|setting| &**setting).collect();
    settings.sort_unstable();
    if settings.is_empty() { "-".to_owned() } else { settings.join(", ") }
}

/// Facts that the server deparses.
fn definitions(object: &Object) -> Vec<Fact> {
    let expression = |what: &'static str, column: &str, covers| {
        let value = format!("coalesce(pg_catalog.pg_get_expr({column}), '-')");
        fact(what, value, self::value(object, covers_first(covers)).to_string(), covers)
    };
    let definition = text(object, "definition");
    match object.id.kind.name() {
        "column" => vec![fact(
            "generation expression",
            GENERATION,
            value(object, "generated").to_string(),
            &["generated"],
        )],
        "default" => vec![expression("expression", "o.adbin, o.adrelid", &["expression"])],
        "view" => {
            let value = hashed(
                "pg_catalog.rtrim(pg_catalog.btrim(pg_catalog.pg_get_viewdef(o.oid), E' \\n\\t'), ';')",
            );
            vec![fact("definition", value, hash(definition), &["definition"])]
        }
        "constraint" => {
            vec![fact("definition", CONSTRAINT_DEFINITION, definition, &["definition"])]
        }
        "index" => vec![fact(
            "definition",
            "pg_catalog.pg_get_indexdef(o.oid)",
            definition,
            &["definition"],
        )],
        "rule" => vec![fact(
            "definition",
            hashed("pg_catalog.pg_get_ruledef(o.oid)"),
            hash(definition),
            &["definition"],
        )],
        "trigger" => vec![fact(
            "definition",
            "pg_catalog.pg_get_triggerdef(o.oid, false)",
            definition,
            &["definition"],
        )],
        "policy" => vec![
            expression("using", "o.polqual, o.polrelid", &["using"]),
            expression("check", "o.polwithcheck, o.polrelid", &["check"]),
        ],
        "function" | "procedure" => {
            let arguments = "pg_catalog.pg_get_function_arguments(o.oid)";
            let mut facts =
                vec![fact("arguments", arguments, text(object, "arguments"), &["arguments"])];
            // the function is there from 14 on, as such bodies are
            if !text(object, "sql_body").is_empty() {
                facts.push(fact(
                    "SQL body",
                    hashed("pg_catalog.pg_get_function_sqlbody(o.oid)"),
                    hash(text(object, "sql_body")),
                    &["sql_body"],
                ));
            }
            facts
        }
        _ => Vec::new(),
    }
}

fn covers_first(covers: &'static [&'static str]) -> &'static str {
    covers.first().copied().unwrap_or_default()
}

fn hash(text: &str) -> String {
    format!("sha256 {}", digest(text.as_bytes()))
}

fn hashed(expression: &str) -> String {
    format!(
        "'sha256 ' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to({expression}, 'UTF8')), 'hex')"
    )
}
