//! What the executing role must be, own or hold for a statement (manual, "Notes" of each command;
//! the checks of 13 to 18).

use crate::kinds::{Ctx, Naming, facet, of};
use crate::model::{Kind, Object, ObjectId};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What a statement does to an object, as far as rights are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Makes it.
    Create,
    /// Changes it.
    Alter,
    /// Takes it away.
    Drop,
}

impl Act {
    /// All of them.
    pub(super) const ALL: &[Self] = &[Self::Create, Self::Alter, Self::Drop];
}

/// One thing that the executing role needs. A superuser needs none of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Privilege {
    /// To be a superuser; for what.
    Superuser(&'static str),
    /// To own the database.
    OwnerOfDatabase,
    /// `CREATE` on the database.
    CreateInDatabase,
    /// To be a superuser, or to hold `CREATE` on the database where the extension is trusted.
    Extension(Arc<str>),
    /// To own an object, or to have the rights of its owner.
    Owner(ObjectId),
    /// A privilege on an object.
    Held(&'static str, ObjectId),
    /// The same for another role, which becomes an owner.
    HeldBy(Arc<str>, &'static str, ObjectId),
    /// `CREATE` on the database for a role that becomes an owner.
    CreateInDatabaseBy(Arc<str>),
    /// `CREATE` on a tablespace.
    Tablespace(Arc<str>),
    /// What lets it lock a table against readers: to own it, or one of the privileges to change all rows.
    Lock(ObjectId),
    /// To be able to act as a role: SET ROLE from 16 on, membership before.
    SetRole(Arc<str>),
    /// To have the rights of a role.
    RightsOf(Arc<str>),
    /// To be that role or to administer it.
    Administer(Arc<str>),
}

impl Privilege {
    /// The object that it is about, where it is one of the model.
    pub fn object(&self) -> Option<&ObjectId> {
        match self {
            Self::Owner(id) | Self::Held(_, id) | Self::HeldBy(_, _, id) | Self::Lock(id) => {
                Some(id)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Superuser(what) => write!(f, "superuser ({what})"),
            Self::OwnerOfDatabase => write!(f, "owner of the database"),
            Self::CreateInDatabase => write!(f, "CREATE on the database"),
            Self::Extension(name) => {
                let name = named(Kind::Extension, name);
                write!(f, "superuser, or CREATE on the database where {name} is trusted")
            }
            Self::Owner(id) => write!(f, "owner of {}", shown(id)),
            Self::Held(privilege, id) => write!(f, "{privilege} on {}", shown(id)),
            Self::HeldBy(role, privilege, id) => {
                write!(f, "{privilege} on {} for {}", shown(id), role_name(role))
            }
            Self::CreateInDatabaseBy(role) => {
                write!(f, "CREATE on the database for {}", role_name(role))
            }
            Self::Tablespace(name) => write!(f, "CREATE on tablespace {}", role_name(name)),
            Self::Lock(id) => {
                write!(f, "owner of {0}, or UPDATE, DELETE or TRUNCATE on it to lock it", shown(id))
            }
            Self::SetRole(role) => write!(f, "member of role {}", role_name(role)),
            Self::RightsOf(role) => write!(f, "rights of role {}", role_name(role)),
            Self::Administer(role) => {
                let role = role_name(role);
                write!(f, "role {role} itself, or CREATEROLE (from 16 on with ADMIN on it)")
            }
        }
    }
}

/// `table public.users`, with the words of GRANT.
fn shown(id: &ObjectId) -> String {
    let kind = if id.kind == Kind::Server { "foreign server" } else { id.kind.name() };
    format!("{} {}", kind.replace('_', " "), id.label())
}

fn named(kind: Kind, name: &str) -> String {
    shown(&ObjectId::new(kind, &[name]))
}

/// A name, quoted as those of objects.
fn role_name(name: &str) -> String {
    ObjectId::new(Kind::Schema, &[name]).label()
}

/// Some of them.
pub type Privileges = BTreeSet<Privilege>;

/// What most kinds need: what stands is its owner's, or that of what it is a part of; what is new
/// has a place where it may be made.
pub(super) fn usual(ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
    let own = of(object.id.kind).facets().owner;
    let mut needs = Privileges::new();
    if act == Act::Create && own {
        needs.insert(create_in(&object.id));
        needs.extend(object.parent.as_ref().and_then(|whole| owner_of(ctx, whole)));
    } else {
        needs.extend(owner_of(ctx, &object.id));
    }
    needs.extend(used(ctx, object, act));
    needs
}

/// To own an object, or the whole that has an owner.
pub fn owner_of(ctx: &Ctx<'_>, id: &ObjectId) -> Option<Privilege> {
    let mut at = id.clone();
    while !of(at.kind).facets().owner {
        let standing = ctx.current.objects.get(&at).or_else(|| ctx.desired.objects.get(&at));
        at = standing?.parent.clone()?;
        if at.kind == Kind::Unmodelled {
            return None;
        }
    }
    Some(Privilege::Owner(at))
}

/// The schema that its name stands in.
fn schema_of(id: &ObjectId) -> Option<ObjectId> {
    let named = id.kind != Kind::Unmodelled
        && id.path.len() > 1
        && of(id.kind).path_naming().first() == Some(&Naming::Schema);
    named.then(|| ObjectId::new(Kind::Schema, &[id.part(0)]))
}

/// Where it may be made.
pub(super) fn create_in(id: &ObjectId) -> Privilege {
    schema_of(id).map_or(Privilege::CreateInDatabase, |schema| Privilege::Held("CREATE", schema))
}

/// The schemas of what its statements name, and the types that its definition has.
fn used(ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
    let usage = |schema| Privilege::Held("USAGE", schema);
    let mut needs: Privileges = schema_of(&object.id).map(usage).into_iter().collect();
    if act == Act::Drop {
        return needs;
    }
    for (id, _) in ctx.desired.needs_of(&object.id).filter(|(id, _)| id.kind != Kind::Unmodelled) {
        needs.extend(schema_of(id).map(usage));
        if of(id.kind).facets().acl == Some('T') {
            needs.insert(Privilege::Held("USAGE", id.clone()));
        }
    }
    if act == Act::Create && of(object.id.kind).evaluates() {
        needs.extend(executed(ctx, object));
    }
    needs
}

/// The functions that it calls or is made of.
pub(super) fn executed(ctx: &Ctx<'_>, object: &Object) -> Privileges {
    let needed = ctx.desired.needs_of(&object.id).map(|(id, _)| id);
    let functions = needed
        .filter(|id| id.kind != Kind::Unmodelled && of(id.kind).facets().acl == Some('f'))
        .cloned();
    functions.map(|id| Privilege::Held("EXECUTE", id)).collect()
}

/// What stands between types needs the owner of one of them, and the functions that it calls. Between
/// types that users do not own only a superuser makes something.
pub(super) fn of_types(ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
    let catalog = if act == Act::Drop { ctx.current } else { ctx.desired };
    let is_type = |id: &&ObjectId| {
        id.kind != Kind::Unmodelled && of(id.kind).facets().acl == Some('T')
            || matches!(id.kind, Kind::Table | Kind::View | Kind::MaterializedView)
    };
    let mut types = catalog.needs_of(&object.id).map(|(id, _)| id).filter(is_type);
    let owner = types.next().cloned().map(Privilege::Owner);
    let mut needs = used(ctx, object, act);
    needs.insert(owner.unwrap_or(Privilege::Superuser("it stands on types of the server")));
    if act == Act::Create {
        needs.extend(executed(ctx, object));
    }
    needs
}

/// The relations whose rows it reads.
pub(super) fn read(ctx: &Ctx<'_>, object: &Object) -> Privileges {
    let needed = ctx.desired.needs_of(&object.id).filter(|(id, _)| id.kind != Kind::Unmodelled);
    let relation = |id: &ObjectId| match of(id.kind).facets().acl {
        Some('r') => Some(id.clone()),
        Some('c') => ctx.desired.objects.get(id)?.parent.clone(),
        _ => None,
    };
    needed.filter_map(|(id, _)| Some(Privilege::Held("SELECT", relation(id)?))).collect()
}

/// The tablespace, where it is not the default.
pub(super) fn of_tablespace(name: &str) -> Option<Privilege> {
    (!name.is_empty()).then(|| Privilege::Tablespace(name.into()))
}

/// What most kinds need, and besides for some acts to be a superuser.
pub(super) fn of_superuser(
    ctx: &Ctx<'_>,
    object: &Object,
    act: Act,
    acts: &[Act],
    what: &'static str,
) -> Privileges {
    if acts.contains(&act) {
        return [Privilege::Superuser(what)].into();
    }
    usual(ctx, object, act)
}

/// What the statements of a change in place need beyond the change: what is replaced or made
/// beside it is made in its schema.
pub fn of_statements(object: &Object, statements: &[String]) -> Option<Privilege> {
    let makes = |sql: &String| sql.starts_with("CREATE ") || sql.contains(" RENAME TO ");
    let own = of(object.id.kind).facets().owner;
    (own && statements.iter().any(makes))
        .then(|| schema_of(&object.id))
        .flatten()
        .map(|schema| Privilege::Held("CREATE", schema))
}

/// To use a language. Those of extensions are not in the model: an untrusted one is told by its
/// name, as all that PostgreSQL brings are.
pub(super) fn of_language(ctx: &Ctx<'_>, name: &str, is_trusted: fn(&Object) -> bool) -> Privilege {
    let id = ObjectId::new(Kind::Language, &[name]);
    let known = ctx.desired.objects.get(&id).map(is_trusted);
    let untrusted = matches!(name, "c" | "internal") || name.ends_with('u');
    if known.unwrap_or(!untrusted) {
        Privilege::Held("USAGE", id)
    } else {
        Privilege::Superuser("a function in an untrusted language")
    }
}

/// Settings that only a superuser may attach to a function, a role or a database
/// (`pg_settings.context` of 13 to 18); from 15 on SET on the parameter is enough.
const OF_SUPERUSERS: &[&str] = &[
    "allow_in_place_tablespaces",
    "allow_system_table_mods",
    "backtrace_functions",
    "commit_delay",
    "compute_query_id",
    "deadlock_timeout",
    "debug_discard_caches",
    "dynamic_library_path",
    "event_triggers",
    "extension_control_path",
    "file_extend_method",
    "ignore_checksum_failure",
    "jit_dump_bitcode",
    "lc_messages",
    "lo_compat_privileges",
    "log_duration",
    "log_error_verbosity",
    "log_executor_stats",
    "log_lock_failures",
    "log_lock_waits",
    "log_min_duration_sample",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_min_messages",
    "log_parameter_max_length",
    "log_parser_stats",
    "log_planner_stats",
    "log_replication_commands",
    "log_statement",
    "log_statement_sample_rate",
    "log_statement_stats",
    "log_temp_files",
    "log_transaction_sample_rate",
    "max_stack_depth",
    "session_preload_libraries",
    "session_replication_role",
    "temp_file_limit",
    "track_activities",
    "track_cost_delay_timing",
    "track_counts",
    "track_functions",
    "track_io_timing",
    "track_wal_io_timing",
    "update_process_title",
    "wal_compression",
    "wal_consistency_checking",
    "wal_init_zero",
    "wal_recycle",
    "zero_damaged_pages",
];

/// What setting it takes.
pub(super) fn of_setting(name: &str) -> Option<Privilege> {
    OF_SUPERUSERS.contains(&name).then_some(Privilege::Superuser("a setting of superusers"))
}

/// What a new owner, and who gives the object to it, must be able to do.
pub fn of_new_owner(object: &Object, owner: &Arc<str>) -> Privileges {
    let place = match (object.id.kind, schema_of(&object.id)) {
        // here it is the executing role that must be able to create
        (Kind::Schema, _) => Privilege::CreateInDatabase,
        (Kind::ForeignDataWrapper | Kind::EventTrigger, _) => {
            Privilege::Superuser("the new owner must be one as well")
        }
        (_, Some(schema)) => Privilege::HeldBy(owner.clone(), "CREATE", schema),
        (Kind::Publication, None) => Privilege::CreateInDatabaseBy(owner.clone()),
        _ => return [Privilege::SetRole(owner.clone())].into(),
    };
    [place, Privilege::SetRole(owner.clone())].into()
}

/// The roles under whose name privileges come or go: each GRANT belongs to who gives it.
pub fn of_grantors(from: Option<&Object>, to: &Object) -> Privileges {
    let items = |object: &Object| object.facets.acl.clone().unwrap_or_default();
    let (before, after) = (from.map(items).unwrap_or_default(), items(to));
    before
        .symmetric_difference(&after)
        .filter(|item| &*item.grantor != crate::model::OWNER)
        .map(|item| Privilege::SetRole(item.grantor.clone()))
        .collect()
}

/// What follows a CREATE: ownership that is given away, and privileges of other grantors.
pub fn after_create(ctx: &Ctx<'_>, object: &Object) -> Privileges {
    let mut needs = of_grantors(None, object);
    let given = object.facets.owner.as_ref().filter(|owner| ***owner != *ctx.apply_role);
    let follows = facet::follows_table(object);
    if let Some(owner) = given.filter(|_| of(object.id.kind).facets().owner && !follows) {
        needs.extend(of_new_owner(object, owner));
        let facets = &object.facets;
        if facets.acl.is_some() || facets.comment.is_some() || !facets.extensions.is_empty() {
            // by then it is another's
            needs.insert(Privilege::Owner(object.id.clone()));
        }
    }
    needs
}
