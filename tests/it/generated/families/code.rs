//! Functions, procedures, aggregates, triggers, languages.

use crate::generated::grammar::{Family, family};

const TRIGGER: &str = "TRIGGER {name} ON {t}";

pub(super) const PLAIN: &[Family] = &[
    family(
        "int_function",
        "callable noted owned",
        "FUNCTION {self}",
        "CREATE FUNCTION {self}([!integer|bigint|n integer, m integer DEFAULT 1|n bigint]) \
         RETURNS [integer|bigint] IMMUTABLE[| STRICT][| PARALLEL SAFE][| COST 7][|| LEAKPROOF]\
         [|| SET search_path = ''] LANGUAGE [sql AS 'SELECT [1|2]'|\
         plpgsql AS $x$ begin return [1|2]; end $x$]",
    ),
    family(
        "sql_function",
        "callable noted owned",
        "FUNCTION {self}",
        "CREATE FUNCTION {self}([!|a integer|a integer, b text DEFAULT 'x'|a {type}]) RETURNS \
         [integer LANGUAGE sql[| STABLE| IMMUTABLE] AS 'SELECT [1|2]'|\
         text LANGUAGE sql AS $x$SELECT '[a|b]'::text$x$|\
         SETOF {u=table}{u} LANGUAGE sql[| ROWS 10] AS $x$SELECT * FROM {u}$x$|\
         TABLE (x integer[|, y text]) LANGUAGE plpgsql AS $x$ begin return; end $x$|\
         @14 integer LANGUAGE sql BEGIN ATOMIC SELECT [1|2]; END|\
         @14 bigint LANGUAGE sql BEGIN ATOMIC SELECT count({u=table}{u.column}) FROM {u}; END]",
    ),
    family(
        "procedure",
        "noted owned",
        "PROCEDURE {self}",
        "CREATE PROCEDURE {self}([!|a integer|a integer, b text]) LANGUAGE [plpgsql AS \
         $x$ begin null; end $x$|sql AS $x$SELECT [1|2]$x$][| SECURITY DEFINER]\
         [|| SET work_mem = ['1MB'|'2MB']]",
    ),
    family(
        "trigger_function",
        "callable noted owned",
        "FUNCTION {self}",
        "CREATE FUNCTION {self}() RETURNS trigger LANGUAGE plpgsql[| SECURITY DEFINER] AS \
         $x$ begin return [new|null|old]; end $x$",
    ),
    family(
        "trigger",
        "noted",
        TRIGGER,
        "{t=table}CREATE TRIGGER {name} [BEFORE|AFTER] [INSERT|DELETE|INSERT OR DELETE|\
         UPDATE[| OF {t.column}]] ON {t} FOR EACH [ROW|STATEMENT] EXECUTE FUNCTION \
         {trigger_function}(['a', 'it''s'|])\
         [||; ALTER TABLE {t} [DISABLE|ENABLE ALWAYS|ENABLE REPLICA] TRIGGER {name}]",
    ),
    family(
        "when_trigger",
        "noted",
        TRIGGER,
        "{t=table}CREATE TRIGGER {name} [[BEFORE|AFTER] UPDATE ON {t} FOR EACH ROW WHEN \
         ([NEW.{c=t.int}{c} <> OLD.{c}|OLD.{t.string} IS NULL])|\
         AFTER UPDATE ON {t} FOR EACH ROW WHEN (NEW.* IS DISTINCT FROM OLD.*)] \
         EXECUTE FUNCTION {trigger_function}()",
    ),
    family(
        "transition_trigger",
        "noted",
        TRIGGER,
        "{t=table}CREATE TRIGGER {name} AFTER [INSERT ON {t} REFERENCING NEW|\
         DELETE ON {t} REFERENCING OLD|UPDATE ON {t} REFERENCING OLD TABLE AS o NEW] TABLE AS n \
         FOR EACH [ROW|STATEMENT] EXECUTE FUNCTION {trigger_function}()",
    ),
    family(
        "constraint_trigger",
        "noted",
        TRIGGER,
        "{t=table}CREATE CONSTRAINT TRIGGER {name} AFTER [INSERT|UPDATE] ON {t}\
         [| DEFERRABLE[| INITIALLY DEFERRED]] FOR EACH ROW EXECUTE FUNCTION {trigger_function}()",
    ),
    family(
        "truncate_trigger",
        "noted",
        TRIGGER,
        "{t=table}CREATE TRIGGER {name} [BEFORE|AFTER] TRUNCATE ON {t} EXECUTE FUNCTION \
         {trigger_function}()",
    ),
    family(
        "view_trigger",
        "noted",
        TRIGGER,
        "{t=view}CREATE TRIGGER {name} INSTEAD OF [INSERT|DELETE|UPDATE OR INSERT] ON {t} \
         FOR EACH ROW EXECUTE FUNCTION {trigger_function}()",
    ),
];

pub(super) const AGGREGATE: &[Family] = &[family(
    "aggregate",
    "noted owned",
    "AGGREGATE {self}(integer)",
    "CREATE AGGREGATE {self}(integer) (SFUNC = int4pl, STYPE = integer\
     [|, INITCOND = '[0|1]'][|, COMBINEFUNC = int4pl][|, PARALLEL = safe]\
     [|, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer])",
)];

pub(super) const EVENT_TRIGGER: &[Family] = &[
    family(
        "event_function",
        "callable noted owned",
        "FUNCTION {self}",
        "CREATE FUNCTION {self}() RETURNS event_trigger LANGUAGE plpgsql AS \
         $x$ begin [null|perform 1]; end $x$",
    ),
    family(
        "event_trigger",
        "noted",
        "EVENT TRIGGER {self}",
        "CREATE EVENT TRIGGER {name} ON [ddl_command_start|ddl_command_end|sql_drop]\
         [|| WHEN TAG IN ('CREATE TABLE'[|, 'DROP TABLE'])] EXECUTE FUNCTION {event_function}()\
         [|; ALTER EVENT TRIGGER {name} [DISABLE|ENABLE ALWAYS]]",
    ),
];

pub(super) const LANGUAGE: &[Family] = &[family(
    "language",
    "noted owned",
    "LANGUAGE {self}",
    "CREATE [|TRUSTED ]LANGUAGE {name} HANDLER pg_catalog.plpgsql_call_handler\
     [| INLINE pg_catalog.plpgsql_inline_handler[| VALIDATOR pg_catalog.plpgsql_validator]]",
)];
