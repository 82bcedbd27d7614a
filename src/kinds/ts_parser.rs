//! Text search parsers and templates (`pg_ts_parser`, `pg_ts_template`): names for C functions,
//! without an owner. Nothing of them can be altered.

use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, ObjectKind, Outcome, Phase, Place,
    Privileges, Raw, Rule, Scan, Source, privilege,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Value};
use crate::sql::quote;

const PARSER_SPECS: &[AttrSpec] = &[
    AttrSpec { name: "start", doc: "prsstart", compare: Compare::Drift },
    AttrSpec { name: "gettoken", doc: "prstoken", compare: Compare::Drift },
    AttrSpec { name: "end", doc: "prsend", compare: Compare::Drift },
    AttrSpec { name: "headline", doc: "prsheadline", compare: Compare::Drift },
    AttrSpec { name: "lextypes", doc: "prslextype", compare: Compare::Drift },
];
const TEMPLATE_SPECS: &[AttrSpec] = &[
    AttrSpec { name: "init", doc: "tmplinit", compare: Compare::Drift },
    AttrSpec { name: "lexize", doc: "tmpllexize", compare: Compare::Drift },
];

// a function that is not set is printed as -
static PARSERS: Source = Source {
    catalog: "pg_ts_parser",
    class: 3601,
    query: |_| {
        "SELECT p.oid, p.prsnamespace AS namespace, p.prsname AS name, NULLIF(p.prsstart::text, '-') AS start, \
         NULLIF(p.prstoken::text, '-') AS gettoken, NULLIF(p.prsend::text, '-') AS \"end\", \
         NULLIF(p.prsheadline::text, '-') AS headline, NULLIF(p.prslextype::text, '-') AS lextypes \
         FROM pg_catalog.pg_ts_parser p WHERE p.oid >= 16384"
            .to_owned()
    },
    schema: Some("namespace"),
    acl: None,
};
static TEMPLATES: Source = Source {
    catalog: "pg_ts_template",
    class: 3764,
    query: |_| {
        "SELECT t.oid, t.tmplnamespace AS namespace, t.tmplname AS name, NULLIF(t.tmplinit::text, '-') AS init, \
         NULLIF(t.tmpllexize::text, '-') AS lexize FROM pg_catalog.pg_ts_template t WHERE t.oid >= 16384"
            .to_owned()
    },
    schema: Some("namespace"),
    acl: None,
};

/// Parsers or templates.
pub(super) struct Functions {
    kind: Kind,
    noun: &'static str,
    specs: &'static [AttrSpec],
    source: &'static Source,
    rules: &'static [Rule],
}

/// Parsers.
pub(super) static PARSER: Functions = Functions {
    kind: Kind::TsParser,
    noun: "TEXT SEARCH PARSER",
    specs: PARSER_SPECS,
    source: &PARSERS,
    rules: &[Rule {
        attrs: &["start", "gettoken", "end", "headline", "lextypes"],
        change: |_, _, _| Outcome::rebuild(),
    }],
};

/// Templates.
pub(super) static TEMPLATE: Functions = Functions {
    kind: Kind::TsTemplate,
    noun: "TEXT SEARCH TEMPLATE",
    specs: TEMPLATE_SPECS,
    source: &TEMPLATES,
    rules: &[Rule { attrs: &["init", "lexize"], change: |_, _, _| Outcome::rebuild() }],
};

impl ObjectKind for Functions {
    fn kind(&self) -> Kind {
        self.kind
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(self.kind)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(self.source)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let function = |spec: &AttrSpec| Raw::Value(Value::sql(row.text(spec.name).as_deref()));
        let address = Address::new(self.source.class, row.oid("oid"));
        let values = self.specs.iter().map(function).collect();
        Found::new(address, Place::Schema(row.oid("namespace")), row.name("name"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        self.specs
    }
    fn rules(&self) -> &'static [Rule] {
        self.rules
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, Act::ALL, "a text search parser or template")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        self.noun
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let function = |(at, spec): (usize, &AttrSpec)| match object.text(Attr(at)) {
            "" => None,
            name => Some(format!("{} = {name}", spec.name.to_uppercase())),
        };
        let list: Vec<String> = self.specs.iter().enumerate().filter_map(function).collect();
        vec![format!("CREATE {} {} ({});", self.noun, self.sql_name(object), list.join(", "))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP {} {};", self.noun, self.sql_name(object))]
    }
}
