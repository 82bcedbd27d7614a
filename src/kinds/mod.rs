//! One kind = one file.
//!
//! A kind knows how to read a row, what it consists of, how each attribute changes and how it is
//! written as SQL. It knows no stage, does no I/O and is never asynchronous.
//! In: rows of a scan. Out: objects, statements and what they cost.
//! Invariant: every attribute of a kind is covered by exactly one rule (tested below).

pub mod facet;
pub mod insert;
pub mod row;
pub mod rules;
pub mod secret;

mod access_method;
pub(crate) mod aggregate;
mod aside;
mod attribute;
pub(crate) mod base_type;
mod cast;
mod collation;
mod column;
mod composite;
mod constraint;
mod conversion;
mod default;
mod default_acl;
mod definition;
mod detour;
mod domain;
mod domain_constraint;
mod enum_type;
mod event_trigger;
mod extension;
mod foreign_data_wrapper;
mod function;
mod guard;
mod hazard;
mod index;
mod inheritance;
mod initial_acl;
mod language;
mod materialized_view;
mod members;
mod naming;
mod operator;
mod operator_class;
mod operator_family;
mod options;
mod policy;
pub mod privilege;
mod publication;
mod publication_table;
pub(crate) mod range;
mod reach;
mod routine;
mod rule;
mod schema;
mod sequence;
mod server;
mod setting;
mod shell;
mod size;
mod statistics;
mod stored;
mod table;
mod transform;
mod trigger;
mod ts_configuration;
mod ts_dictionary;
mod ts_parser;
mod user_mapping;
mod view;
mod view_column;

pub use column::inherited_from;
pub use detour::Detour;
pub use guard::{Guards, Opening, Protection};
pub use hazard::{Failure, Hazard};
pub use inheritance::{Link, all_children, link, tops};
pub use naming::Naming;
pub use privilege::{Act, Privilege, Privileges};
pub use row::{Address, Fields, Found, Name, Place, Raw};
pub use rules::{Action, Conditions, Ctx, Effects, Isolation, Lock, MAX_LINES, Outcome, Rule};
pub use shell::Shell;
pub use size::Sizes;

use crate::model::{AttrSpec, Catalog, Kind, Object, ObjectId, Value};

/// The flat queries that kinds read their rows from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scan {
    /// `pg_namespace`.
    Namespace,
    /// `pg_extension`.
    Extension,
    /// `pg_type` without array and row types, with enum labels.
    Type,
    /// `pg_proc`.
    Proc,
    /// `pg_class` without indexes and TOAST tables, with `pg_sequence`.
    Class,
    /// `pg_attribute` of relations.
    Attribute,
    /// `pg_attrdef`.
    AttrDef,
    /// `pg_constraint`.
    Constraint,
    /// `pg_index` with its `pg_class` row.
    Index,
    /// `pg_rewrite`.
    Rewrite,
    /// `pg_trigger`.
    Trigger,
    /// `pg_policy`.
    Policy,
    /// `pg_default_acl`.
    DefaultAcl,
    /// The catalog that only this kind reads.
    Own(Kind),
}

/// A system catalog that one kind alone reads: all that capturing its rows takes.
#[derive(Debug)]
pub struct Source {
    /// The catalog's name.
    pub catalog: &'static str,
    /// Its OID, as `pg_depend` names it.
    pub class: u32,
    /// The query for a major: flat, one row per user's object, with `oid`.
    pub query: fn(major: i32) -> String,
    /// The column of the query that says in which schema a row stands.
    pub schema: Option<&'static str>,
    /// The column of the catalog that holds privileges.
    pub acl: Option<&'static str>,
}

/// What a kind says of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// An object of this kind.
    Mine,
    /// A part of another object, or nothing of the user's; why.
    Excluded(&'static str),
    /// Not this kind's.
    No,
}

/// What a kind has besides its attributes.
#[derive(Clone, Copy, Debug, Default)]
pub struct FacetSpec {
    /// It has an owner, changed by `ALTER <noun> ... OWNER TO`.
    pub owner: bool,
    /// The class of privileges, as `acldefault` names it.
    pub acl: Option<char>,
    /// It can have a comment.
    pub comment: bool,
    /// It can be marked `DEPENDS ON EXTENSION`.
    pub extension: bool,
}

/// When a kind's creations and changes come, among those that could run in any order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// First, in a file of their own: everything may need them.
    Foundation,
    /// Tables and everything else.
    Structure,
    /// After tables, unless they call it: functions, operators and the like.
    Routine,
    /// After what views call.
    View,
    /// After the routine that runs.
    Trigger,
    /// After what its expressions call; until then nobody is let in.
    Policy,
    /// Last: they must not touch what is created.
    Last,
    /// What goes or changes goes before everything else, what comes comes after it: it reacts to
    /// every other step. Each in a file of its own.
    Watching,
}

/// What a capture leaves out of an object, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LeftOut {
    /// Secrets, by decision.
    Secret(String),
    /// What the role may not see: two objects with it are never equal.
    Hidden(String),
}

/// A place that only one object can take, across kinds: class of names and the path.
pub type Slot = (&'static str, Vec<String>);

/// A kind of object. All methods are pure.
pub trait ObjectKind: Sync {
    /// Which one.
    fn kind(&self) -> Kind;
    /// Where its rows come from.
    fn scan(&self) -> Scan;
    /// Whether a row of that scan is one of its objects.
    fn claims(&self, row: &dyn Fields) -> Claim;
    /// The object of a claimed row.
    fn decode(&self, row: &dyn Fields) -> Found;
    /// Its attributes.
    fn attrs(&self) -> &'static [AttrSpec];
    /// How they change.
    fn rules(&self) -> &'static [Rule];
    /// Owner, privileges, comment.
    fn facets(&self) -> FacetSpec;
    /// PostgreSQL's word for it in `COMMENT ON` and `ALTER`.
    fn noun(&self, object: &Object) -> &'static str;
    /// How `COMMENT ON` and `ALTER` name it after the noun, quoted.
    fn sql_name(&self, object: &Object) -> String;
    /// The statements that create it together with the `parts` that it absorbs.
    fn create(&self, ctx: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String>;
    /// The statements that drop it.
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String>;

    /// The catalog behind `Scan::Own`.
    fn source(&self) -> Option<&'static Source> {
        None
    }
    /// The first major version that has it.
    fn since(&self) -> i32 {
        13
    }
    /// Statements that must wait for what it needs only weakly (`Need::Auto`).
    fn finish(&self, _ctx: &Ctx<'_>, _object: &Object) -> Vec<String> {
        Vec::new()
    }
    /// Whether creating it on a table that has rows evaluates its expressions for each of them.
    fn evaluates(&self) -> bool {
        false
    }
    /// Whether it has rows as soon as it is made.
    fn comes_with_rows(&self, _object: &Object) -> bool {
        false
    }
    /// The state before those statements have run.
    fn unfinish(&self, _object: &mut Object) {}
    /// What takes it along when it is dropped, without being its whole.
    fn goes_with(&self, _object: &Object) -> Option<ObjectId> {
        None
    }
    /// What makes it when that is made and its own whole stands: a parent's column the child's.
    fn made_by(&self, _object: &Object) -> Option<ObjectId> {
        None
    }
    /// What it can only be dropped with, and goes with, while its whole is linked to a parent.
    fn held_by(&self, _object: &Object) -> Option<ObjectId> {
        None
    }
    /// Whether it links its whole to a parent: it comes after the whole's other parts and goes
    /// before them.
    fn links(&self) -> bool {
        false
    }
    /// What goes before it, where both go: it could not reach any more what it leaves behind.
    fn goes_after(&self, _ctx: &Ctx<'_>, _object: &Object) -> Vec<ObjectId> {
        Vec::new()
    }
    /// Whether it must go by a statement of its own before the whole that goes, too.
    fn goes_first(&self, _ctx: &Ctx<'_>, _object: &Object) -> bool {
        false
    }
    /// What must be gone before others enter there.
    fn clears(&self, _object: &Object) -> Vec<Slot> {
        Vec::new()
    }
    /// Where it must not come before others are gone from there.
    fn enters(&self, _object: &Object) -> Vec<Slot> {
        Vec::new()
    }
    /// Whether `part` is written inside its own CREATE statement when both are new.
    fn absorbs(&self, _part: &Object) -> bool {
        false
    }
    /// Whether it can be dropped and created again without losing data.
    fn rebuildable(&self, _object: &Object) -> bool {
        true
    }
    /// Whether it exists only inside its parent's definition: alone it is neither created nor dropped.
    fn inseparable(&self) -> bool {
        false
    }
    /// What creating it costs on relations that are there.
    fn create_effects(&self, _ctx: &Ctx<'_>, _object: &Object) -> Effects {
        Effects::default()
    }
    /// What stands before it on the way there, where it is on a large relation.
    fn detour(&self, _ctx: &Ctx<'_>, _object: &Object) -> Option<Detour> {
        None
    }
    /// Whether LOCK TABLE takes it alone: with a view all that it reads would be locked.
    fn can_be_locked(&self, _object: &Object) -> bool {
        false
    }
    /// Whether it holds rows, so that statements on it may take long.
    fn has_rows(&self, _object: &Object) -> bool {
        false
    }
    /// What dropping it costs.
    fn drop_effects(&self, _ctx: &Ctx<'_>, _object: &Object) -> Effects {
        Effects::default()
    }
    /// The names that it takes up.
    fn slots(&self, _object: &Object) -> Vec<Slot> {
        Vec::new()
    }
    /// Roles that it names besides its owner and privileges.
    fn roles(&self, _object: &Object) -> Vec<String> {
        Vec::new()
    }
    /// What it is about, where that is no object of the model: steps with the same stand together.
    fn about(&self, _object: &Object) -> Option<ObjectId> {
        None
    }
    /// When its steps come.
    fn phase(&self) -> Phase {
        Phase::Structure
    }
    /// How well it tells what a file is about, where several kinds stand in it: 0 is best.
    fn prominence(&self) -> u8 {
        5
    }
    /// What a file about it is named after.
    fn subject(&self, id: &ObjectId) -> String {
        if id.path.len() == 1 { id.name().to_owned() } else { id.part(1).to_owned() }
    }
    /// Whether it comes from outside and the server must offer it.
    fn must_be_available(&self) -> bool {
        false
    }
    /// The first major that can hold this object as it is, and what of it asks for that.
    fn needs_major(&self, _object: &Object) -> Option<(i32, &'static str)> {
        None
    }
    /// Why it cannot be created in the current state.
    fn obstacle(&self, _ctx: &Ctx<'_>, _object: &Object) -> Option<String> {
        None
    }
    /// Whether lists of both sides can be joined element by element.
    fn joins_lists(&self) -> bool {
        false
    }
    /// The noun and the name that GRANT and DEPENDS ON EXTENSION use.
    fn target(&self, object: &Object) -> String {
        format!("{} {}", self.noun(object), self.sql_name(object))
    }
    /// What stands before GRANT and REVOKE.
    fn grant_prefix(&self, _object: &Object) -> String {
        String::new()
    }
    /// Where it stands among its siblings, when new ones can only be appended.
    fn position(&self, _object: &Object) -> Option<i64> {
        None
    }
    /// What the executing role needs to do that to it.
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::usual(ctx, object, act)
    }
    /// What of it was not read.
    fn left_out(&self, _object: &Object) -> Option<LeftOut> {
        None
    }
    /// Whether it runs a user's code at every statement of a migration, under the session's path.
    fn watches(&self, _catalog: &Catalog, _object: &Object) -> bool {
        false
    }
    /// What the parts of its path name; the last one stands for all that follow. Captures check it
    /// against what `decode` found.
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Schema, Naming::Plain]
    }
    /// What the texts of an attribute name.
    fn naming(&self, attribute: &str, value: &Value) -> Naming {
        naming::of_attribute(attribute, value)
    }
    /// What can stand in for it while the rest of a cycle is made or goes.
    fn shell(&self, _catalog: &Catalog, _object: &Object) -> Option<Shell> {
        None
    }
    /// What it keeps shut and what it opens, besides its privileges.
    fn guards(&self, _catalog: &Catalog, _object: &Object) -> Guards {
        Guards::default()
    }
    /// Text whose words may name other objects without PostgreSQL recording it.
    fn soft_text<'a>(&self, _object: &'a Object) -> Option<&'a str> {
        None
    }
}

/// Every kind, one line each.
pub static REGISTRY: &[&dyn ObjectKind] = &[
    &schema::Schema,
    &extension::Extension,
    &collation::Collation,
    &enum_type::Enum,
    &composite::Composite,
    &attribute::Attribute,
    &domain::Domain,
    &domain_constraint::DomainConstraint,
    &range::Range,
    &base_type::BaseType,
    &sequence::Sequence,
    &function::FUNCTION,
    &function::PROCEDURE,
    &language::Language,
    &transform::Transform,
    &access_method::AccessMethod,
    &conversion::Conversion,
    &cast::Cast,
    &operator::Operator,
    &aggregate::Aggregate,
    &operator_family::OperatorFamily,
    &operator_class::OperatorClass,
    &ts_parser::PARSER,
    &ts_parser::TEMPLATE,
    &ts_dictionary::TsDictionary,
    &ts_configuration::TsConfiguration,
    &foreign_data_wrapper::ForeignDataWrapper,
    &server::Server,
    &user_mapping::UserMapping,
    &table::Table,
    &column::Column,
    &default::Default,
    &view::View,
    &view_column::ViewColumn,
    &materialized_view::MaterializedView,
    &constraint::Constraint,
    &index::Index,
    &inheritance::Inheritance,
    &statistics::Statistics,
    &rule::Rule,
    &trigger::Trigger,
    &policy::Policy,
    &publication::Publication,
    &publication_table::PublicationTable,
    &publication_table::PublicationSchema,
    &setting::DATABASE,
    &setting::ROLE,
    &initial_acl::InitialAcl,
    &default_acl::DefaultAcl,
    &event_trigger::EventTrigger,
];

/// The kind's behaviour.
///
/// # Panics
/// For `Kind::Unmodelled`, which has none: asking is a bug.
pub fn of(kind: Kind) -> &'static dyn ObjectKind {
    match REGISTRY.iter().find(|entry| entry.kind() == kind) {
        Some(entry) => *entry,
        None => panic!("no behaviour for {kind}: this is a bug"),
    }
}

/// The attribute table of a kind; empty for what is not modelled.
pub fn specs_of(kind: Kind) -> &'static [AttrSpec] {
    REGISTRY.iter().find(|entry| entry.kind() == kind).map_or(&[], |entry| entry.attrs())
}

#[cfg(test)]
mod tests {
    use super::{Kind, REGISTRY};
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_one_line() {
        let listed: Vec<Kind> = REGISTRY.iter().map(|entry| entry.kind()).collect();
        let expected: Vec<Kind> =
            Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Unmodelled).collect();
        assert_eq!(listed, expected);
    }

    #[test]
    fn every_attribute_has_one_rule() {
        for entry in REGISTRY {
            let attrs: Vec<&str> = entry.attrs().iter().map(|spec| spec.name).collect();
            let mut ruled: Vec<&str> =
                entry.rules().iter().flat_map(|rule| rule.attrs.iter().copied()).collect();
            let unique: BTreeSet<&str> = attrs.iter().copied().collect();
            assert_eq!(unique.len(), attrs.len(), "{}: an attribute stands twice", entry.kind());
            ruled.sort_unstable();
            let mut sorted = attrs.clone();
            sorted.sort_unstable();
            assert_eq!(ruled, sorted, "{}: attributes and rules", entry.kind());
        }
    }
}
