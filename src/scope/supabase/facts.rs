//! What Supabase's own services make and update in a project's database.
//!
//! The names are those that its command line leaves out of dumps and diffs. A name that ends in `*` stands for all that
//! begin so.

use crate::model::ObjectId;

/// The roles that every project has, and that no other database is likely to have all of.
pub(super) const SIGN_ROLES: &[&str] = &["anon", "authenticated", "service_role"];

/// The schemas that every project has.
pub(super) const SIGN_SCHEMAS: &[&str] = &["auth", "storage"];

/// Schemas whose content the services and their extensions make.
const SCHEMAS: &[&str] = &[
    "_analytics",
    "_realtime",
    "_supavisor",
    "auth",
    "cron",
    "dbdev",
    "etl",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgmq",
    "pgsodium",
    "pgsodium_masks",
    "pgtle",
    "realtime",
    "repack",
    "storage",
    "supabase_functions",
    "supabase_migrations",
    "tiger",
    "tiger_data",
    "topology",
    "vault",
];

/// Roles under which requests run, or the user: what is said of them outside of managed schemas is the user's.
const REQUEST_ROLES: &[&str] =
    &["anon", "authenticated", "authenticator", "postgres", "service_role"];

/// Roles of the services alone.
const SERVICE_ROLES: &[&str] = &[
    "cli_login_*",
    "dashboard_user",
    "pgbouncer",
    "pgsodium_keyholder",
    "pgsodium_keyiduser",
    "pgsodium_keymaker",
    "pgtle_admin",
    "supabase_*",
];

/// Extensions that come with the project and are updated with it.
const EXTENSIONS: &[&str] = &["pg_graphql", "pgsodium", "supabase_vault"];

/// Publications that come with the project. Which tables are in them is the user's.
const PUBLICATIONS: &[&str] = &["supabase_realtime", "supabase_realtime_messages_publication"];

/// Whether the services make what stands in this schema.
pub(super) fn is_schema(name: &str) -> bool {
    SCHEMAS.contains(&name)
}

/// Whether the identity of something unmodelled begins with the name of such a schema.
pub(super) fn schema_of(identity: &str) -> Option<&'static str> {
    let of_schema = |schema: &&&str| {
        let rest = identity.strip_prefix(**schema);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    SCHEMAS.iter().find(of_schema).copied()
}

/// Whether only services use the role.
pub(super) fn is_service_role(name: &str) -> bool {
    is_listed(name, SERVICE_ROLES)
}

/// Whether the role comes with the project.
pub(super) fn is_role(name: &str) -> bool {
    REQUEST_ROLES.contains(&name) || is_service_role(name)
}

/// Whether an extension or a publication comes with the project.
pub(super) fn is_brought(id: &ObjectId) -> bool {
    use crate::model::Kind;
    match id.kind {
        Kind::Extension => EXTENSIONS.contains(&id.name()),
        Kind::Publication => PUBLICATIONS.contains(&id.name()),
        _ => false,
    }
}

fn is_listed(name: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *entry,
    })
}
