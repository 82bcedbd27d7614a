//! What belongs to the cluster or reaches beyond the database.

use super::{Access, SystemCatalog, WHOLE, unread};

const CLUSTER: &str = "it belongs to the cluster";
const DATA: &str = "it is data";
const REPLICATION: &str = "it is the state of replication";

/// Its catalogs.
pub(super) static CATALOGS: &[SystemCatalog] = &[
    unread(
        "pg_auth_members",
        "memberships belong to the cluster; who has whose rights is a fact of the server",
    ),
    unread("pg_authid", "roles belong to the cluster; their names are read from pg_roles"),
    unread("pg_largeobject", DATA),
    unread("pg_largeobject_metadata", DATA),
    unread("pg_parameter_acl", CLUSTER),
    unread("pg_replication_origin", REPLICATION),
    unread("pg_shdepend", "owners, privileges and policy roles are read from their objects"),
    unread("pg_shdescription", "comments on shared objects belong to the cluster"),
    unread("pg_shseclabel", "labels on shared objects belong to the cluster"),
    unread("pg_statistic", DATA),
    unread("pg_statistic_ext_data", DATA),
    unread("pg_subscription_rel", REPLICATION),
    SystemCatalog {
        name: "pg_database",
        rows: &[(CLUSTER, "true")],
        key: "oid",
        server: "datname datdba encoding datcollate datctype datlocprovider daticulocale datlocale",
        excluded: &[
            (
                CLUSTER,
                "datistemplate datallowconn datconnlimit dattablespace datacl daticurules datcollversion",
            ),
            ("the state of the server", "datlastsysoid datfrozenxid datminmxid dathasloginevt"),
        ],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_db_role_setting",
        parts_of: "pg_database",
        attrs: &[("database_setting role_setting", "setconfig:value setconfig:unread")],
        key: "setdatabase setrole",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_foreign_data_wrapper",
        attrs: &[(
            "foreign_data_wrapper",
            "fdwhandler:handler fdwvalidator:validator fdwoptions:options fdwoptions:unread_options",
        )],
        facets: &[("owner", "fdwowner"), ("acl", "fdwacl")],
        key: "oid fdwname",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_foreign_server",
        attrs: &[(
            "server",
            "srvfdw:wrapper srvtype:type srvversion:version srvoptions:options srvoptions:unread_options",
        )],
        facets: &[("owner", "srvowner"), ("acl", "srvacl")],
        key: "oid srvname",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_publication",
        attrs: &[(
            "publication",
            "puballtables:all_tables pubinsert:publish pubupdate:publish pubdelete:publish pubtruncate:publish \
            pubviaroot:via_root pubgencols:generated_columns",
        )],
        facets: &[("owner", "pubowner")],
        key: "oid pubname",
        ..WHOLE
    },
    SystemCatalog { name: "pg_publication_namespace", key: "oid pnpubid pnnspid", ..WHOLE },
    SystemCatalog {
        name: "pg_publication_rel",
        attrs: &[("publication_table", "prqual:filter prattrs:columns")],
        key: "oid prpubid prrelid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_subscription",
        rows: &[(
            "of another database",
            "t.subdbid <> (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())",
        )],
        access: Access::Part("without its connection string, which holds secrets"),
        key: "oid subdbid subname",
        ledger: "subowner subenabled subslotname subsynccommit subpublications subbinary substream subtwophasestate \
            subdisableonerr subpasswordrequired subrunasowner suborigin subfailover",
        excluded: &[("it holds secrets", "subconninfo"), (REPLICATION, "subskiplsn")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_tablespace",
        rows: &[(CLUSTER, "true")],
        attrs: &[("table materialized_view index constraint", "spcname:tablespace")],
        key: "oid",
        excluded: &[(CLUSTER, "spcowner spcacl spcoptions")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_user_mapping",
        access: Access::Part("through pg_user_mappings, names of options only"),
        attrs: &[("user_mapping", "umoptions:unread_options")],
        key: "oid umuser umserver",
        ..WHOLE
    },
];
