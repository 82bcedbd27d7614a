//! Schemas, types, sequences, collations.

use crate::generated::grammar::{Family, family};

pub(super) const PLAIN: &[Family] = &[
    family("schema", "noted owned", "SCHEMA {self}", "CREATE SCHEMA {name}"),
    family("trgm", "once:trgm noted", "EXTENSION pg_trgm", "CREATE EXTENSION pg_trgm"),
    family(
        "hstore",
        "once:hstore noted",
        "EXTENSION hstore",
        "CREATE EXTENSION hstore[| SCHEMA {s=schema}{s}]",
    ),
    family(
        "enum",
        "type noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS ENUM (['a'|'a', 'b'|'a', 'b', 'c'|'a', 'x', 'b'|'b', 'a'|'c d', 'a'])",
    ),
    family(
        "composite",
        "type storable noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS (x [!integer|bigint|text]\
         [|, y text|, z numeric(8,2)|, y text, \"Z z\" date, c text COLLATE \"C\"]\
         [!|, e {still_enum}|, d {still_domain}])",
    ),
    family(
        "still_composite",
        "type noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS (x integer[!|, y text])",
    ),
    family(
        "composite_free",
        "type noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS ([|x [integer|bigint|text][|, y [numeric(8,2)|varchar(9)]]])",
    ),
    family(
        "still_enum",
        "type noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS ENUM ('a'[!|, 'b'])",
    ),
    family(
        "still_domain",
        "type noted owned",
        "DOMAIN {self}",
        "CREATE DOMAIN {self} AS text[!| CHECK (VALUE <> 'x')]",
    ),
    family(
        "domain_int",
        "type domain noted owned",
        "DOMAIN {self}",
        "CREATE DOMAIN {self} AS [!integer|bigint][| DEFAULT [1|2|1 + 2]][| NOT NULL]\
         [| CONSTRAINT \"is positive\" CHECK (VALUE > [0|1])]\
         [| CONSTRAINT small CHECK (VALUE < [100|1000]);\
         COMMENT ON CONSTRAINT small ON DOMAIN {self} IS ['small'|'less']]",
    ),
    family(
        "domain_text",
        "type domain noted owned",
        "DOMAIN {self}",
        "CREATE DOMAIN {self} AS [!text|varchar(9)][!| COLLATE \"C\"][| DEFAULT 'it''s']\
         [| CHECK (VALUE <> ['x'|'y; z'])]",
    ),
    family(
        "domain_free",
        "noted owned",
        "DOMAIN {self}",
        "CREATE DOMAIN {self} AS [integer|text|numeric(9,2)|date][| NOT NULL]\
         [| CHECK (VALUE IS NOT NULL)]",
    ),
    family(
        "sequence",
        "free_sequence any_sequence noted owned",
        "SEQUENCE {self}",
        "CREATE [|@15 UNLOGGED ]SEQUENCE {self}[| AS smallint| AS integer][| INCREMENT [2|-1]]\
         [| MINVALUE -100][| MAXVALUE [1000|2000]][| CACHE 10][| CYCLE]",
    ),
    family(
        "owned_sequence",
        "any_sequence noted",
        "SEQUENCE {t>schema}.{name}",
        "{t=table}CREATE SEQUENCE {t>schema}.{name}[| AS integer][| START [7|9]] \
         OWNED BY {t}.{t.column}",
    ),
];

pub(super) const RANGE: &[Family] = &[
    family(
        "range",
        "type noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS RANGE (SUBTYPE = [!integer|text|text, COLLATION = \"C\"|numeric|\
     numeric, SUBTYPE_OPCLASS = numeric_ops|float8, SUBTYPE_DIFF = float8mi]\
     [!|@14 , MULTIRANGE_TYPE_NAME = {schema}.\"{raw} multi\"])",
    ),
    family(
        "free_range",
        "noted owned",
        "TYPE {self}",
        "CREATE TYPE {self} AS RANGE (SUBTYPE = [integer|bigint|date|text, COLLATION = \"C\"])",
    ),
];

pub(super) const BASE: &[Family] = &[family(
    "base",
    "type noted owned",
    "TYPE {self}",
    "CREATE TYPE {self};\
     CREATE FUNCTION {schema}.\"{raw}_in\"(cstring) RETURNS {self} LANGUAGE internal \
     IMMUTABLE STRICT AS 'textin';\
     CREATE FUNCTION {schema}.\"{raw}_out\"({self}) RETURNS cstring LANGUAGE internal \
     IMMUTABLE STRICT AS 'textout';\
     CREATE TYPE {self} (INPUT = {schema}.\"{raw}_in\", OUTPUT = {schema}.\"{raw}_out\", \
     INTERNALLENGTH = VARIABLE[!|, STORAGE = [!extended|main]][!|, CATEGORY = 'S']\
     [!|, COLLATABLE = true][!|, DELIMITER = ';'])",
)];

pub(super) const COLLATION: &[Family] = &[family(
    "collation",
    "noted owned",
    "COLLATION {self}",
    "CREATE COLLATION {self} [!FROM \"C\"|FROM \"POSIX\"|(LOCALE = 'C')]",
)];
