//! Publications.

use crate::generated::grammar::{Family, family};

pub(super) const ALL: &[Family] = &[
    family(
        "publication",
        "noted owned",
        "PUBLICATION {self}",
        "CREATE PUBLICATION {name}[| FOR TABLE ONLY {table}|@15 FOR TABLES IN SCHEMA {s=schema}{s}]\
         [| WITH (publish = ['insert'|'insert, update'])]",
    ),
    family(
        "filtered_publication",
        "noted owned",
        "PUBLICATION {self}",
        "{t=table}CREATE PUBLICATION {name} FOR TABLE {t}[|@15 ({t.int})]\
         [|@15 WHERE ({t.int} > [1|2])]",
    ),
    family(
        "full_publication",
        "noted",
        "PUBLICATION {self}",
        "CREATE PUBLICATION {name} FOR ALL TABLES[| WITH (publish = 'insert')]",
    ),
];
