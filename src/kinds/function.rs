//! Functions, window functions and procedures (`pg_proc`): one behaviour, two nouns. How they are
//! read and written stands in `routine.rs`.

use crate::kinds::routine;
use crate::kinds::{
    Act, Claim, Ctx, FacetSpec, Fields, Found, Guards, Naming, ObjectKind, Phase, Privileges, Rule,
    Scan, Shell, Slot,
};
use crate::model::{AttrSpec, Catalog, Kind, Object};

/// Functions or procedures.
pub(super) struct Routine {
    kind: Kind,
    noun: &'static str,
    letters: &'static [char],
    rules: &'static [Rule],
}

/// Functions and window functions.
pub(super) static FUNCTION: Routine = Routine {
    kind: Kind::Function,
    noun: "FUNCTION",
    letters: &['f', 'w'],
    rules: &[Rule {
        attrs: routine::ATTRS,
        change: |_, from, to| routine::change("FUNCTION", from, to),
    }],
};

/// Procedures.
pub(super) static PROCEDURE: Routine = Routine {
    kind: Kind::Procedure,
    noun: "PROCEDURE",
    letters: &['p'],
    rules: &[Rule {
        attrs: routine::ATTRS,
        change: |_, from, to| routine::change("PROCEDURE", from, to),
    }],
};

impl ObjectKind for Routine {
    fn kind(&self) -> Kind {
        self.kind
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Proc
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if self.letters.contains(&row.letter("prokind")) { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        routine::decode(row)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        routine::SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Schema, Naming::Plain, Naming::Sql]
    }
    fn rules(&self) -> &'static [Rule] {
        self.rules
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        routine::privileges(ctx, object, act)
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('f'), comment: true, extension: true }
    }
    fn prominence(&self) -> u8 {
        3
    }
    fn noun(&self, _: &Object) -> &'static str {
        self.noun
    }
    fn sql_name(&self, object: &Object) -> String {
        routine::signature(object)
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![routine::written("CREATE", self.noun, object)]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP {} {};", self.noun, self.sql_name(object))]
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        routine::needs_major(object)
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        routine::guards(object)
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        routine::slots(object)
    }
    fn shell(&self, catalog: &Catalog, object: &Object) -> Option<Shell> {
        routine::shell(self.noun, catalog, object)
    }
    fn soft_text<'a>(&self, object: &'a Object) -> Option<&'a str> {
        routine::body(object)
    }
}
