//! Owners, privileges, default privileges. The roles stand on every cluster.

use crate::generated::grammar::{Family, family};

pub(super) const PLAIN: &[Family] = &[
    family(
        "owner",
        "late",
        "",
        "ALTER {x=owned}{x>address} OWNER TO [gen_reader|gen_writer|postgres]",
    ),
    family(
        "grant_relation",
        "late",
        "",
        "GRANT [SELECT|INSERT, UPDATE|ALL] ON {relation} TO \
         [gen_reader|gen_writer|PUBLIC|gen_reader WITH GRANT OPTION]",
    ),
    family("revoke_relation", "late", "", "{x=relation}REVOKE [ALL|DELETE] ON {x} FROM postgres"),
    family(
        "grant_column",
        "late",
        "",
        "{t=columned}GRANT [SELECT|UPDATE|INSERT, REFERENCES] ({t.column}) ON {t} \
         TO [gen_reader|gen_writer]",
    ),
    family(
        "grant_sequence",
        "late",
        "",
        "GRANT [USAGE|SELECT, UPDATE] ON SEQUENCE {free_sequence} TO [gen_reader|gen_writer]",
    ),
    family(
        "grant_schema",
        "late",
        "",
        "GRANT [USAGE|CREATE, USAGE] ON SCHEMA {s=schema}{s} TO [gen_reader|PUBLIC]",
    ),
    family(
        "grant_function",
        "late",
        "",
        "[GRANT EXECUTE ON {x=callable}{x>address} TO [gen_reader|gen_writer]|\
         REVOKE EXECUTE ON {x=callable}{x>address} FROM PUBLIC]",
    ),
    family(
        "grant_type",
        "late",
        "",
        "[GRANT USAGE ON TYPE {type} TO gen_reader|REVOKE ALL ON TYPE {type} FROM PUBLIC]",
    ),
    family(
        "default_privileges",
        "noted_not",
        "",
        "ALTER DEFAULT PRIVILEGES[| FOR ROLE gen_writer][| IN SCHEMA {s=schema}{s}] \
         GRANT [SELECT[|, INSERT] ON TABLES|EXECUTE ON FUNCTIONS|USAGE ON SEQUENCES] \
         TO [gen_reader|gen_writer]",
    ),
    family(
        "default_revoke",
        "once:default_revoke",
        "",
        "ALTER DEFAULT PRIVILEGES REVOKE [EXECUTE ON FUNCTIONS|USAGE ON TYPES] FROM PUBLIC",
    ),
];

pub(super) const FOREIGN: &[Family] = &[
    family(
        "grant_server",
        "late",
        "",
        "GRANT USAGE ON FOREIGN SERVER {server} TO [PUBLIC|gen_reader[| WITH GRANT OPTION]]",
    ),
    family(
        "grant_wrapper",
        "late",
        "",
        "GRANT USAGE ON FOREIGN DATA WRAPPER {wrapper} TO [gen_reader|PUBLIC]",
    ),
];
