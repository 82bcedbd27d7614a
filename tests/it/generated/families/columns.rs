//! Columns by what their type can do.

use crate::generated::grammar::{Family, family};

const ADDRESS: &str = "COLUMN {t}.{name}";

pub(super) const PLAIN: &[Family] = &[
    family(
        "int",
        "column ordered number noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} [smallint|integer|bigint][| NOT NULL]\
         [|| DEFAULT [1|2|1 + 2|{f=int_function}{f}(1)|nextval({s=free_sequence}{s>regclass})]]\
         [||; ALTER TABLE {t} ALTER COLUMN {name} SET STATISTICS [100|1000]]\
         [||; ALTER TABLE {t} ALTER COLUMN {name} SET (n_distinct = [5|-1])]",
    ),
    family(
        "plain_int",
        "column int ordered number noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} integer[| NOT NULL]",
    ),
    family(
        "note",
        "column ordered string noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} \
         [text|character varying(20)|character varying(40)]\
         [|| COLLATE \"C\"| COLLATE \"POSIX\"][| NOT NULL]\
         [| DEFAULT ['it''s'|E'a\\\\\\\\b'|upper('x')|CURRENT_USER]]\
         [||; ALTER TABLE {t} ALTER COLUMN {name} SET STORAGE [MAIN|EXTERNAL]]\
         [||@14 ; ALTER TABLE {t} ALTER COLUMN {name} SET COMPRESSION pglz]",
    ),
    family(
        "amount",
        "column ordered number noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} \
         [numeric|numeric(10,2)|numeric(12,4)|real|double precision][| NOT NULL][| DEFAULT [0|1.5]]",
    ),
    family(
        "moment",
        "column ordered noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} \
         [timestamp|timestamptz|timestamp(3)|date][| NOT NULL]\
         [| DEFAULT [now()|CURRENT_TIMESTAMP|'2020-01-01']]",
    ),
    family(
        "document",
        "column noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} [json|jsonb][| DEFAULT '\\{\"a\": \\[1\\]\\}']",
    ),
    family(
        "list",
        "column ordered noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} [integer|bigint|text]\\[\\][| DEFAULT '\\{\\}']",
    ),
    family(
        "other",
        "column noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} \
         [!uuid|boolean DEFAULT [true|false]|bytea|inet|interval|bit(3)|character(8)|point|int4range|money]\
         [| NOT NULL]",
    ),
    family(
        "label",
        "column ordered noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} {enum}[| NOT NULL][| DEFAULT 'a']",
    ),
    family(
        "labels",
        "column noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} {enum}\\[\\][| DEFAULT '\\{a\\}']",
    ),
    family(
        "checked",
        "column noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} {domain}[| NOT NULL]",
    ),
    family(
        "pair",
        "column noted_column",
        ADDRESS,
        "{t=columned}ALTER TABLE {t} ADD COLUMN {name} {storable}",
    ),
    family(
        "identity",
        "column ordered noted_column",
        ADDRESS,
        "{t=lone}ALTER TABLE {t} ADD COLUMN {name} [!integer|bigint] \
         GENERATED [ALWAYS|BY DEFAULT] AS IDENTITY[|| (INCREMENT [2|5])| (START [5|50])]",
    ),
    family(
        "maybe_identity",
        "column noted_column",
        ADDRESS,
        "{t=lone}ALTER TABLE {t} ADD COLUMN {name} integer NOT NULL\
         [| GENERATED ALWAYS AS IDENTITY| DEFAULT 7]",
    ),
    family(
        "serial",
        "column ordered noted_column",
        ADDRESS,
        "{t=table}ALTER TABLE {t} ADD COLUMN {name} [!serial|bigserial|smallserial]",
    ),
    family(
        "computed",
        "column noted_column",
        ADDRESS,
        "{t=table}ALTER TABLE {t} ADD COLUMN {name} numeric \
         GENERATED ALWAYS AS ({t.number} [+|*] [1|2]) [!STORED|@18 VIRTUAL]",
    ),
    family(
        "computed_text",
        "column noted_column",
        ADDRESS,
        "{t=table}ALTER TABLE {t} ADD COLUMN {name} text[| GENERATED ALWAYS AS \
         ([upper|lower]({t.string})) STORED]",
    ),
];

pub(super) const RANGE: &[Family] = &[family(
    "span",
    "column noted_column",
    ADDRESS,
    "{t=columned}ALTER TABLE {t} ADD COLUMN {name} {range}[| DEFAULT 'empty']",
)];

pub(super) const BASE: &[Family] = &[family(
    "own",
    "column noted_column",
    ADDRESS,
    "{t=columned}ALTER TABLE {t} ADD COLUMN {name} {base}[| DEFAULT 'x']",
)];

pub(super) const COLLATED: &[Family] = &[family(
    "collated",
    "column ordered string noted_column",
    ADDRESS,
    "{t=columned}ALTER TABLE {t} ADD COLUMN {name} text COLLATE [{collation}|\"C\"]",
)];
