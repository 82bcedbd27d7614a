//! Rows become objects: names are built parents first, and OIDs end here.

use crate::introspect::account::Account;
use crate::introspect::exclusion::Exclusion;
use crate::introspect::fetch::{RowFields, Rows};
use crate::introspect::scan;
use crate::introspect::server::Server;
use crate::kinds::row::class;
use crate::kinds::{self, Address, Claim, Fields, Found, Name, Naming, Place, Raw, Scan};
use crate::model::{Catalog, Facets, Kind, Need, Object, ObjectId, PUBLIC, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A catalog in the making, with the addresses of its objects.
pub(super) struct Resolved {
    /// What is there so far.
    pub(super) catalog: Catalog,
    /// The object at an address.
    pub(super) at: BTreeMap<Address, ObjectId>,
    /// What else stands for an object in `pg_depend`.
    pub(super) alias: BTreeMap<Address, ObjectId>,
    /// Rows that no kind claimed.
    pub(super) unclaimed: BTreeSet<Address>,
    /// Members of extensions, with the extension.
    pub(super) members: BTreeMap<Address, Address>,
    /// What is a part of something else by `pg_depend`.
    pub(super) internal: BTreeMap<Address, Address>,
    /// Dependencies that are objects of their own.
    pub(super) links: BTreeMap<(Address, Address), ObjectId>,
    /// Schemas that no user makes.
    pub(super) system_schemas: BTreeSet<u32>,
    /// What stands in one of them, or is a session's own, as far as its rows were read.
    pub(super) system: BTreeSet<Address>,
    /// What became of the rows.
    pub(super) account: Account,
}

impl Resolved {
    /// Whether an address is, or is a part of, a member of an extension.
    pub(super) fn is_member(&self, address: Address) -> bool {
        self.members.contains_key(&Address { sub: 0, ..address })
    }

    fn exclude(&mut self, scan: Scan, address: Address, why: Exclusion) {
        if why == Exclusion::System {
            self.system.insert(address);
        }
        self.account.excluded(scan::catalog(scan), why);
    }

    /// The identity of an address: its own, that of what it belongs to, or that of its extension.
    pub(super) fn find(&self, address: Address) -> Option<&ObjectId> {
        let mut at = address;
        // the chain is short: array type, row type, table
        for _ in 0..8 {
            if let Some(id) = self.at.get(&at).or_else(|| self.alias.get(&at)) {
                return Some(id);
            }
            if at.sub != 0 {
                at.sub = 0;
                continue;
            }
            at = *self.members.get(&at).or_else(|| self.internal.get(&at))?;
        }
        None
    }
}

/// Type names by OID: with the modifier, and as an argument.
struct TypeNames {
    columns: BTreeMap<(u32, i64), Arc<str>>,
    arguments: BTreeMap<u32, Arc<str>>,
}

struct Names<'a> {
    schemas: BTreeMap<u32, Arc<str>>,
    roles: &'a BTreeMap<u32, Arc<str>>,
    types: TypeNames,
}

impl Names<'_> {
    fn role(&self, oid: u32) -> Arc<str> {
        // a role that was dropped leaves its OID behind
        self.roles.get(&oid).cloned().unwrap_or_else(|| Arc::from(format!("unknown role {oid}")))
    }

    fn part(&self, name: &Name) -> Arc<str> {
        match name {
            Name::Plain(name) => Arc::from(name.as_str()),
            Name::Role(oid) => self.role(*oid),
            Name::Schema(oid) => self.schemas.get(oid).cloned().unwrap_or_else(|| Arc::from("")),
            Name::Types(oids) => {
                let names: Vec<&str> = oids
                    .iter()
                    .map(|oid| self.types.arguments.get(oid).map_or("?", |name| name))
                    .collect();
                Arc::from(names.join(", "))
            }
        }
    }
}

/// Claims every row and gives every object its identity, its values and its place.
pub(super) fn objects(rows: &Rows, server: &Server) -> Resolved {
    let names = names(rows, server);
    let mut resolved = Resolved {
        catalog: Catalog::default(),
        at: BTreeMap::new(),
        alias: BTreeMap::new(),
        unclaimed: BTreeSet::new(),
        members: BTreeMap::new(),
        internal: BTreeMap::new(),
        links: BTreeMap::new(),
        system_schemas: names
            .schemas
            .iter()
            .filter(|(_, name)| is_system(name))
            .map(|(oid, _)| *oid)
            .collect(),
        system: rows
            .temporary
            .rows()
            .map(|row| Address::new(class::PG_CLASS, row.oid("oid")))
            .collect(),
        account: Account::default(),
    };
    read_belonging(rows, &mut resolved);
    let mut found = Vec::new();
    for (scan, table) in &rows.scans {
        for row in table.rows() {
            match claim(*scan, &row, &resolved) {
                Claimed::Object(kind, object) => found.push((kind, object)),
                Claimed::Unmodelled(address) => {
                    resolved.unclaimed.insert(address);
                }
                Claimed::Excluded(why) => resolved.exclude(*scan, scan::address(*scan, &row), why),
            }
        }
    }
    place(found, &names, &mut resolved);
    sizes(rows, &mut resolved);
    resolved
}

fn is_system(schema: &str) -> bool {
    schema.starts_with("pg_") || schema == "information_schema"
}

fn names<'a>(rows: &Rows, server: &'a Server) -> Names<'a> {
    let schemas =
        rows.schemas.rows().map(|row| (row.oid("oid"), Arc::from(row.name("nspname")))).collect();
    let mut types = rows.types.iter();
    let column = |row: RowFields<'_>| {
        ((row.oid("type"), row.int("modifier").unwrap_or(-1)), Arc::from(row.name("name")))
    };
    let columns = types.next().map(|table| table.rows().map(column).collect()).unwrap_or_default();
    let argument = |row: RowFields<'_>| (row.oid("type"), Arc::from(row.name("name")));
    let arguments =
        types.next().map(|table| table.rows().map(argument).collect()).unwrap_or_default();
    Names { schemas, roles: &server.roles, types: TypeNames { columns, arguments } }
}

/// Who belongs to an extension, and what is a part of what.
fn read_belonging(rows: &Rows, resolved: &mut Resolved) {
    for row in rows.depend.rows() {
        let kind = row.letter("deptype");
        if !matches!(kind, 'e' | 'i') {
            continue;
        }
        let (from, to) = ends(&row);
        if kind == 'e' {
            resolved.members.insert(from, to);
        } else {
            resolved.internal.entry(from).or_insert(to);
        }
    }
}

/// Both ends of a row of `pg_depend`.
pub(super) fn ends(row: &RowFields<'_>) -> (Address, Address) {
    let number =
        |column: &str| row.int(column).and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
    let from =
        Address { class: row.oid("classid"), object: row.oid("objid"), sub: number("objsubid") };
    let to = Address {
        class: row.oid("refclassid"),
        object: row.oid("refobjid"),
        sub: number("refobjsubid"),
    };
    (from, to)
}

/// What becomes of a row.
enum Claimed {
    /// An object of the kind.
    Object(Kind, Found),
    /// A line of the ledger.
    Unmodelled(Address),
    /// Nothing, for a reason.
    Excluded(Exclusion),
}

/// Exactly one kind claims a row; none makes it a line of the ledger.
fn claim(scan: Scan, row: &RowFields<'_>, resolved: &Resolved) -> Claimed {
    let address = scan::address(scan, row);
    let in_system = scan::schema_column(scan)
        .is_some_and(|column| resolved.system_schemas.contains(&row.oid(column)));
    if in_system {
        return Claimed::Excluded(Exclusion::System);
    }
    if resolved.is_member(address) {
        return Claimed::Excluded(Exclusion::Member);
    }
    // range constructors, multiranges and the cast to them, the relation of a composite type
    let is_part = matches!(scan, Scan::Proc | Scan::Type | Scan::Own(Kind::Cast))
        || (scan == Scan::Class && row.letter("relkind") == 'c');
    if is_part && resolved.internal.contains_key(&address) {
        return Claimed::Excluded(Exclusion::Part);
    }
    let mut claims = kinds::REGISTRY
        .iter()
        .filter(|kind| kind.scan() == scan)
        .map(|kind| (kind, kind.claims(row)));
    let mut mine = None;
    for (kind, answer) in claims.by_ref() {
        match answer {
            Claim::No => {}
            Claim::Excluded(why) => return Claimed::Excluded(Exclusion::Kind(why)),
            Claim::Mine => {
                assert!(mine.is_none(), "two kinds claim one row of {scan:?}: this is a bug");
                mine = Some(kind);
            }
        }
    }
    match mine {
        Some(kind) => Claimed::Object(kind.kind(), kind.decode(row)),
        None => Claimed::Unmodelled(address),
    }
}

/// Gives every object its identity, wholes before parts; a part of something unmodelled is unmodelled.
fn place(mut found: Vec<(Kind, Found)>, names: &Names<'_>, resolved: &mut Resolved) {
    let mut placed: Vec<(ObjectId, Option<ObjectId>, Found)> = Vec::with_capacity(found.len());
    loop {
        let before = found.len();
        let mut waiting = Vec::new();
        for (kind, object) in found {
            match identity(kind, &object, names, resolved) {
                Some((id, parent)) => {
                    resolved.account.claimed(scan::catalog(kinds::of(kind).scan()));
                    resolved.at.insert(object.address, id.clone());
                    for also in &object.also {
                        resolved.alias.insert(*also, id.clone());
                    }
                    placed.push((id, parent, object));
                }
                None => waiting.push((kind, object)),
            }
        }
        if waiting.is_empty() || waiting.len() == before {
            leave_out(waiting, resolved);
            break;
        }
        found = waiting;
    }
    for (id, parent, object) in placed {
        for oid in schemas_of(&object) {
            let schema = resolved.at.get(&Address::new(class::PG_NAMESPACE, oid)).cloned();
            if let Some(schema) = schema {
                resolved.catalog.add_need(&id, &schema, Need::Hard);
            }
        }
        for (address, need) in &object.needs {
            if let Some(needed) = resolved.find(*address).cloned() {
                resolved.catalog.add_need(&id, &needed, *need);
            }
        }
        if let Some(link) = object.link {
            resolved.links.insert(link, id.clone());
        }
        let built = build(&id, parent, object, names, resolved);
        if let Some(parent) = built.parent.clone() {
            resolved.catalog.add_need(&id, &parent, Need::Part);
        }
        resolved.catalog.objects.insert(id, built);
    }
}

/// What is a part of nothing that is modelled.
fn leave_out(mut left: Vec<(Kind, Found)>, resolved: &mut Resolved) {
    // wholes before parts, as far as it matters: a column before its default
    left.sort_by_key(|(_, object)| object.address);
    for (kind, object) in left {
        let scan = kinds::of(kind).scan();
        let whole = match object.place {
            Place::Part(whole) => Some(Address { sub: 0, ..whole }),
            Place::Database | Place::Schema(_) => None,
        };
        if whole.is_some_and(|whole| resolved.system.contains(&whole)) {
            resolved.exclude(scan, object.address, Exclusion::System);
        } else if resolved.is_member(object.address) {
            // a part of a member, which no scan of wholes has seen
            resolved.exclude(scan, object.address, Exclusion::Member);
        } else {
            resolved.unclaimed.insert(object.address);
        }
    }
}

/// The schemas that an object stands in or is named by; a part stands where its whole does.
fn schemas_of(found: &Found) -> impl Iterator<Item = u32> {
    let place = if let Place::Schema(oid) = found.place { Some(oid) } else { None };
    let named = found.name.iter().filter_map(|name| match name {
        Name::Schema(oid) => Some(*oid),
        _ => None,
    });
    place.into_iter().chain(named)
}

/// The identity and the parent; `None` while the parent has none.
fn identity(
    kind: Kind,
    found: &Found,
    names: &Names<'_>,
    resolved: &Resolved,
) -> Option<(ObjectId, Option<ObjectId>)> {
    let modelled = |address: &Address| {
        let known = resolved.at.get(address).or_else(|| resolved.alias.get(address));
        known.filter(|id| id.kind != Kind::Unmodelled)
    };
    let (mut path, mut parent) = match &found.place {
        Place::Database => (Vec::new(), None),
        Place::Schema(oid) => (vec![names.schemas.get(oid)?.clone()], None),
        Place::Part(address) => {
            let whole = modelled(address)?;
            (whole.path.to_vec(), Some(whole.clone()))
        }
    };
    if let Some(address) = &found.part_of {
        parent = Some(modelled(address)?.clone());
    }
    check_naming(kind, path.len(), found);
    path.extend(found.name.iter().map(|part| names.part(part)));
    Some((ObjectId::from_parts(kind, path), parent))
}

/// A kind must say of its path what its rows show, or maps of names would miss it. `prefix` is the
/// length of the part that comes from where it stands.
fn check_naming(kind: Kind, prefix: usize, found: &Found) {
    let said = kinds::of(kind).path_naming();
    let at = |place: usize| said.get(place).or(said.last()).copied();
    let standing = match found.place {
        Place::Schema(_) => Some(Naming::Schema),
        Place::Database | Place::Part(_) => None,
    };
    debug_assert!(standing.is_none() || at(0) == standing, "{kind}: what its path names");
    for (place, name) in found.name.iter().enumerate() {
        let said = at(prefix + place);
        let fits = match name {
            // a schema's own name; else a plain text may hold names, but is no schema's
            Name::Plain(_) => {
                said.is_some_and(|said| (said == Naming::Schema) == (kind == Kind::Schema))
            }
            Name::Role(_) => said == Some(Naming::Role),
            Name::Schema(_) => said == Some(Naming::Schema),
            Name::Types(_) => said == Some(Naming::Sql),
        };
        debug_assert!(fits, "{kind}: what its path names");
    }
}

fn build(
    id: &ObjectId,
    parent: Option<ObjectId>,
    found: Found,
    names: &Names<'_>,
    resolved: &Resolved,
) -> Object {
    let value = |raw: Raw| match raw {
        Raw::Value(value) => value,
        Raw::Ref(address) => resolved.find(address).map_or(Value::Null, |id| Value::Id(id.clone())),
        Raw::Type(oid, modifier) => names
            .types
            .columns
            .get(&(oid, modifier))
            .map_or(Value::Null, |name| Value::Text(name.clone())),
        Raw::Roles(oids) => {
            let role = |oid: &u32| if *oid == 0 { Arc::from(PUBLIC) } else { names.role(*oid) };
            Value::Set(oids.iter().map(role).collect())
        }
    };
    let owner = (found.owner != 0).then(|| names.role(found.owner));
    // an extension has an owner that cannot be changed
    let owner = owner.filter(|_| kinds::of(id.kind).facets().owner);
    Object {
        id: id.clone(),
        parent,
        specs: kinds::specs_of(id.kind),
        values: found.values.into_iter().map(value).collect(),
        facets: Facets { owner, ..Facets::default() },
    }
}

fn sizes(rows: &Rows, resolved: &mut Resolved) {
    for row in rows.sizes.rows() {
        let address = Address::new(class::PG_CLASS, row.oid("oid"));
        if let (Some(id), Some(bytes)) = (resolved.at.get(&address), row.int("bytes")) {
            resolved.catalog.sizes.insert(id.clone(), bytes);
        }
    }
}
