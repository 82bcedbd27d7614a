//! Constraints, indexes, statistics.

use crate::generated::grammar::{Family, family};

const CONSTRAINT: &str = "CONSTRAINT {name} ON {t}";
const INDEX: &str = "INDEX {t>schema}.{name}";
const STATISTICS_ADDRESS: &str = "STATISTICS {self}";

pub(super) const PLAIN: &[Family] = &[
    family(
        "check",
        "constraint noted",
        CONSTRAINT,
        "{t=columned}ALTER TABLE {t} ADD CONSTRAINT {name} CHECK ([{t.int} [>|<>] [0|10]|\
         {t.string} <> ['x'|'y']|{t.number} > 1 OR {t.string} IS NULL|{t.label} = 'a'|\
         {f=int_function}{f}(1) > 0])[|| NOT VALID|@18  NOT ENFORCED]",
    ),
    family(
        "local_check",
        "constraint noted",
        CONSTRAINT,
        "{t=table}ALTER TABLE {t} ADD CONSTRAINT {name} CHECK ({t.number} > [0|1])[| NO INHERIT]",
    ),
    family(
        "primary_int",
        "once:primary constraint unique_int noted",
        CONSTRAINT,
        "{t=table}{c=t.int}ALTER TABLE {t} ADD CONSTRAINT {name} PRIMARY KEY ({c})\
         [|| INCLUDE ({t.ordered!c})][| WITH (fillfactor=80)]",
    ),
    family(
        "primary_two",
        "once:primary constraint noted",
        CONSTRAINT,
        "{t=table}{c=t.ordered}{d=t.ordered!c}ALTER TABLE {t} ADD CONSTRAINT {name} \
         PRIMARY KEY ([{c}|{c}, {d}|{d}, {c}])[|| DEFERRABLE]",
    ),
    family(
        "unique_int",
        "constraint noted",
        CONSTRAINT,
        "{t=table}{c=t.int}ALTER TABLE {t} ADD CONSTRAINT {name} UNIQUE\
         [||@15  NULLS NOT DISTINCT] ({c})",
    ),
    family(
        "unique_two",
        "constraint noted",
        CONSTRAINT,
        "{t=table}{c=t.ordered}{d=t.ordered!c}ALTER TABLE {t} ADD CONSTRAINT {name} \
         UNIQUE ([{c}|{c}, {d}])[|| DEFERRABLE| DEFERRABLE INITIALLY DEFERRED]",
    ),
    family(
        "foreign_key",
        "constraint noted",
        CONSTRAINT,
        "{t=table}{k=unique_int}ALTER TABLE {t} ADD CONSTRAINT {name} \
         FOREIGN KEY ({t.int}) REFERENCES {k>t} ({k>c})\
         [|| ON DELETE [CASCADE|SET NULL|RESTRICT]][|| ON UPDATE CASCADE]\
         [|| DEFERRABLE[| INITIALLY DEFERRED]][|| NOT VALID]",
    ),
    family(
        "exclude",
        "constraint noted",
        CONSTRAINT,
        "{t=table}ALTER TABLE {t} ADD CONSTRAINT {name} EXCLUDE USING \
         [btree ({t.int} WITH =)|gist (int8range({t.int}, NULL) WITH &&)][|| WHERE ({t.int} > 3)]",
    ),
    family(
        "index_plain",
        "index noted",
        INDEX,
        "{t=table}CREATE [|UNIQUE ]INDEX {name} ON {t} ({t.ordered}[|| DESC| NULLS FIRST]\
         [|, {t.ordered}])[|| INCLUDE ({t.ordered})][|| WITH (fillfactor=[70|90])]",
    ),
    family(
        "index_special",
        "index noted",
        INDEX,
        "{t=table}CREATE INDEX {name} ON {t} [(lower({t.string}))|(({t.number} + 1))|\
         USING hash ({t.int})|USING brin ({t.int}) WITH (pages_per_range=[32|64])|\
         USING gin ({t.list})|({t.string} COLLATE \"C\")|({t.string} text_pattern_ops)|\
         ({f=int_function}{f}({t.int}::integer))]",
    ),
    family(
        "index_trgm",
        "index noted",
        INDEX,
        "{t=table}{e=trgm}CREATE INDEX {name} ON {t} USING [gin ({t.string} gin_trgm_ops)|gist ({t.string} gist_trgm_ops)]",
    ),
    family(
        "index_partial",
        "index noted",
        INDEX,
        "{t=table}CREATE [|UNIQUE ]INDEX {name} ON {t} ({t.ordered}) WHERE \
         [{t.int} > [0|5]|{t.string} IS NOT NULL|{t.label} = 'a']",
    ),
];

pub(super) const PARTITIONED: &[Family] = &[
    family(
        "parted_primary",
        "once:primary constraint noted",
        CONSTRAINT,
        "{t=partitioned}ALTER TABLE {t} ADD CONSTRAINT {name} PRIMARY KEY (k[|, {t.int}])",
    ),
    family(
        "parted_unique",
        "constraint noted",
        CONSTRAINT,
        "{t=partitioned}ALTER TABLE {t} ADD CONSTRAINT {name} UNIQUE (k, {t.ordered})",
    ),
    family(
        "parted_reference",
        "constraint noted",
        CONSTRAINT,
        "{t=partitioned}{k=unique_int}ALTER TABLE {t} ADD CONSTRAINT {name} \
         FOREIGN KEY ([k|{t.int}]) REFERENCES {k>t} ({k>c})[| ON DELETE CASCADE]",
    ),
    family(
        "parted_index",
        "index noted",
        INDEX,
        "{t=partitioned}CREATE INDEX {name} ON {t} ([k|{t.ordered}|lower(n)])[|| WHERE k > 5]",
    ),
    family("part_index", "index noted", INDEX, "{t=range_low}CREATE INDEX {name} ON {t} (n, k)"),
    family(
        "part_check",
        "constraint noted",
        CONSTRAINT,
        "{t=range_low}ALTER TABLE {t} ADD CONSTRAINT {name} CHECK (k <> [3|4])",
    ),
];

pub(super) const STATISTICS: &[Family] = &[
    family(
        "statistics",
        "noted owned",
        STATISTICS_ADDRESS,
        "{t=table}{c=t.ordered}{d=t.ordered!c}CREATE STATISTICS {self} \
         [|(ndistinct) |(dependencies, mcv) ]ON {c}, {d} FROM {t}\
         [|; ALTER STATISTICS {self} SET STATISTICS [50|99]]",
    ),
    family(
        "expression_statistics",
        "noted owned",
        STATISTICS_ADDRESS,
        "{t=table}CREATE STATISTICS {self} ON [@14 lower({t.string})|@14 ({t.int} % [2|3])\
         |{c=t.ordered}{c}, {t.ordered!c}] FROM {t}",
    ),
];
