//! Casts, conversions, operators and what is built of them.

use crate::generated::grammar::{Family, family};

pub(super) const CAST: &[Family] = &[family(
    "cast",
    "once:cast noted",
    "CAST ({x} AS integer)",
    "{x=composite}CREATE FUNCTION {x>schema}.{name}({x}) RETURNS integer LANGUAGE sql IMMUTABLE \
     AS 'SELECT [1|2]'; CREATE CAST ({x} AS integer) WITH FUNCTION {x>schema}.{name}({x})\
     [| AS ASSIGNMENT| AS IMPLICIT]",
)];

pub(super) const CONVERSION: &[Family] = &[family(
    "conversion",
    "noted owned",
    "CONVERSION {self}",
    "CREATE CONVERSION {self} FOR ['LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8|\
     'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1]",
)];

pub(super) const OPERATOR: &[Family] = &[family(
    "operator",
    "once:operator noted owned",
    "OPERATOR {schema}.@#@(integer, integer)",
    "CREATE OPERATOR {schema}.@#@ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
)];

pub(super) const CLASS: &[Family] = &[
    family(
        "operator_family",
        "noted owned",
        "OPERATOR FAMILY {self} USING btree",
        "CREATE OPERATOR FAMILY {self} USING btree",
    ),
    family(
        "operator_class",
        "once:class int_class noted owned",
        "OPERATOR CLASS {self} USING btree",
        "{t=operator_family}CREATE OPERATOR CLASS {self} FOR TYPE integer USING btree FAMILY {t} \
         AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, \
         OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer)",
    ),
    family(
        "lone_operator_class",
        "int_class noted owned",
        "OPERATOR CLASS {self} USING btree",
        "CREATE OPERATOR CLASS {self} FOR TYPE integer USING btree AS OPERATOR 1 <, \
         OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, \
         FUNCTION 1 btint4cmp(integer, integer)[|, FUNCTION 2 btint4sortsupport(internal)]",
    ),
    family(
        "class_index",
        "noted",
        "INDEX {t>schema}.{name}",
        "{t=table}CREATE INDEX {name} ON {t} ({t.plain_int} {int_class})",
    ),
];

pub(super) const ACCESS_METHOD: &[Family] = &[
    family(
        "index_method",
        "noted",
        "ACCESS METHOD {self}",
        "CREATE ACCESS METHOD {name} TYPE INDEX HANDLER [bthandler|hashhandler]",
    ),
    family(
        "table_method",
        "noted",
        "ACCESS METHOD {self}",
        "CREATE ACCESS METHOD {name} TYPE TABLE HANDLER heap_tableam_handler",
    ),
    family(
        "own_method_table",
        "relation noted owned",
        "TABLE {self}",
        "CREATE TABLE {self} (k integer) USING {table_method}",
    ),
];

pub(super) const TRANSFORM: &[Family] = &[family(
    "transform",
    "once:transform noted",
    "TRANSFORM FOR {t} LANGUAGE sql",
    "{t=enum}CREATE TRANSFORM FOR {t} LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))",
)];
