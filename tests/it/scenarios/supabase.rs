//! R14: a project of Supabase. The services of both sides are of different versions: that is left alone. The user's own triggers,
//! policies, grants and members of publications in managed schemas are bridged.

use super::{bundle, migrations, pair, read, rollout};
use crate::program::{pgbridge, pgbridge_in};
use crate::support::{Database, main_majors};

const MANAGED: [&str; 9] = [
    "auth",
    "storage",
    "realtime",
    "extensions",
    "graphql",
    "graphql_public",
    "vault",
    "supabase_functions",
    "supabase_migrations",
];

/// What the services made, without what the user may add to it.
const PLATFORM: &str = "SELECT 'function ' || p.oid::regprocedure || md5(p.prosrc) || p.provolatile::text FROM pg_proc p \
      WHERE p.pronamespace::regnamespace::text = ANY ('{auth,storage,realtime,extensions}') \
    UNION ALL SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) \
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
      WHERE c.relnamespace::regnamespace::text = ANY ('{auth,storage,realtime,vault,supabase_migrations}') AND a.attnum > 0 \
    UNION ALL SELECT 'event trigger ' || evtname || evttags::text FROM pg_event_trigger WHERE evttags IS NOT NULL \
    UNION ALL SELECT 'default ' || defaclacl::text FROM pg_default_acl \
    UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p, aclexplode(p.proacl) a \
      WHERE a.grantee = 'dashboard_user'::regrole \
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger \
      WHERE NOT tgisinternal AND tgfoid::regproc::text LIKE 'storage.%' ORDER BY 1";

/// What the user put on what the services made.
const OF_USER: &str = "SELECT 'policy ' || polrelid::regclass || ' ' || polname || ' ' \
        || coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') FROM pg_policy \
      WHERE polrelid::regclass::text ~ '^(storage|realtime|auth)\\.' \
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger \
      WHERE NOT tgisinternal AND tgrelid = 'auth.users'::regclass \
    UNION ALL SELECT 'grant ' || a.privilege_type FROM pg_class c, aclexplode(c.relacl) a \
      WHERE c.oid = 'auth.users'::regclass AND a.grantee = 'reporting'::regrole \
    UNION ALL SELECT 'usage ' || a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a \
      WHERE n.nspname = 'auth' AND a.grantee = 'reporting'::regrole \
    UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p, aclexplode(p.proacl) a \
      WHERE p.pronamespace = 'extensions'::regnamespace AND a.grantee = 'reporting'::regrole \
    UNION ALL SELECT 'member ' || prrelid::regclass FROM pg_publication_rel ORDER BY 1";

/// The user's own schemas; what stands in none is left out by name.
fn users_part(database: &Database) -> String {
    let without: Vec<String> =
        MANAGED.iter().map(|schema| format!("--exclude-schema={schema}")).collect();
    let dump = database.dump_with(&without);
    let statements = dump.split_inclusive(";\n");
    let of_services =
        ["EVENT TRIGGER pgrst_ddl_watch", "FOR ROLE supabase_admin", "TO dashboard_user"];
    let is_theirs = |text: &str| of_services.iter().any(|words| text.contains(words));
    statements.filter(|statement| !is_theirs(statement)).collect()
}

#[test]
fn the_users_part_is_bridged_and_goes_back() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "supabase");
        rollout(&dev, &prod, users_part);
    }
}

#[test]
fn what_the_services_made_stays_and_what_the_user_put_on_it_comes() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "supabase");
        let (platform, before) = (prod.psql(PLATFORM).unwrap(), prod.psql(OF_USER).unwrap());
        assert_ne!(platform, dev.psql(PLATFORM).unwrap(), "the services do not differ");
        assert_ne!(before, dev.psql(OF_USER).unwrap(), "the user's part does not differ");
        let bundle = bundle(&dev, &prod);
        bundle.apply(&prod).unwrap();
        assert_eq!(prod.psql(PLATFORM).unwrap(), platform);
        assert_eq!(prod.psql(OF_USER).unwrap(), dev.psql(OF_USER).unwrap());
        bundle.roll_back(&prod).unwrap();
        assert_eq!(prod.psql(PLATFORM).unwrap(), platform);
        assert_eq!(prod.psql(OF_USER).unwrap(), before);
    }
}

#[test]
fn what_is_left_alone_is_named_with_its_reason() {
    let (dev, prod) = pair(main_majors()[0], "supabase");
    let bundle = bundle(&dev, &prod);
    let report = read(&bundle, "MIGRATION_RECONCILIATION_REPORT.md");
    for word in [
        "taken for a project of Supabase, for it has the roles anon, authenticated, service_role",
        "Supabase manages it",
        "auth.one_time_tokens",
        "auth.users.is_anonymous",
        "storage.foldername",
        "event_trigger:pgrst_ddl_watch",
        "schema_migrations.created_by",
    ] {
        let plain = report.replace("\\_", "_");
        assert!(plain.contains(word), "{word} is not told:\n{report}");
    }
    let (known, unknown) = report.split_once("## What is not known").unwrap();
    assert!(!unknown.contains("Supabase"), "{unknown}");
    for row in [
        "| `schema:auth` | 45 | 56 | Supabase manages it | only on dev: function:auth.jwt()",
        "| tables (besides those of migration tools) | 3 | 4 | **4** |",
        "| of any sort, managed by Supabase and counted only here | 121 | 142 | 121 |",
    ] {
        assert!(known.replace("\\_", "_").contains(row), "{row}:\n{known}");
    }
}

#[test]
fn the_configuration_overrides_what_is_detected() {
    let (dev, prod) = pair(main_majors()[0], "supabase");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pgbridge.toml"), "[scope]\nprofile = \"none\"\n").unwrap();
    let arguments = ["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"];
    let all = pgbridge_in(folder.path(), &arguments, &[]).expect(1);
    assert!(all.out.contains("one_time_tokens"), "{}", all.out);
    assert!(!all.err.contains("Supabase"), "{}", all.err);
    let detected = pgbridge(&arguments).expect(1);
    assert!(!detected.out.contains("one_time_tokens"), "{}", detected.out);
    assert!(detected.out.contains("on_auth_user_email_changed"), "{}", detected.out);
}

/// What the user made needs what only dev's services have: left out by name, and all else is bridged.
#[test]
fn what_needs_a_newer_service_is_told_and_left_out() {
    let (dev, prod) = pair(main_majors()[0], "supabase");
    dev.psql(
        "CREATE TABLE public.tokens_seen (token uuid PRIMARY KEY REFERENCES auth.one_time_tokens (id));
         CREATE VIEW public.guests AS SELECT id FROM auth.users WHERE is_anonymous;",
    )
    .unwrap();
    let bundle = crate::program::Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 3, "{:?}", bundle.run);
    for word in [
        "view:public.guests: not compared: it needs column:auth.users.is_anonymous, which only dev has",
        "tokens_seen_token_fkey: not compared: it needs",
    ] {
        assert!(bundle.run.err.contains(word), "{word} is not told:\n{}", bundle.run.err);
    }
    let sql = migrations(&bundle);
    assert!(sql.contains("CREATE TABLE public.tokens_seen") && !sql.contains("guests"), "{sql}");
    bundle.apply(&prod).unwrap();
}

#[test]
fn both_histories_stay_as_they_are() {
    let (dev, prod) = pair(main_majors()[0], "supabase");
    let history = "SELECT version FROM supabase_migrations.schema_migrations ORDER BY version";
    let before = prod.psql(history).unwrap();
    assert_ne!(before, dev.psql(history).unwrap());
    bundle(&dev, &prod).apply(&prod).unwrap();
    assert_eq!(prod.psql(history).unwrap(), before);
}
