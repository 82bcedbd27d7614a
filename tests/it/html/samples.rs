//! Large pairs of databases.

use std::fmt::Write as _;

/// 5,000 findings: functions whose texts differ, and columns, defaults, comments and new columns.
pub(crate) fn five_thousand(dev: bool) -> String {
    let version = if dev { 2 } else { 1 };
    let more = "EXECUTE format('ALTER TABLE t%s ADD c int, ADD d text', i);
                EXECUTE format('CREATE INDEX i%s ON t%s (b)', i, i);";
    let more = if dev { more } else { "" };
    format!(
        "DO $do$ BEGIN FOR i IN 1..2500 LOOP
           EXECUTE format('CREATE FUNCTION f%s() RETURNS int LANGUAGE plpgsql AS %L', i,
             E'BEGIN\\n  -- the first line\\n  -- the second line\\n  RETURN {version};\\nEND');
         END LOOP;
         FOR i IN 1..500 LOOP
           EXECUTE format('CREATE TABLE t%s (a int DEFAULT {version}, b int)', i);
           EXECUTE format('COMMENT ON TABLE t%s IS %L', i, 'version {version}');
           {more}
         END LOOP; END $do$"
    )
}

/// 1,000 tables in five schemas with a key, a foreign key, an index, a policy, a trigger with its
/// function and a view each. On dev something of every twentieth is otherwise, one thing in turn.
pub(crate) fn thousand_tables(dev: bool) -> String {
    let mut sql = String::new();
    for n in 0..5 {
        let _ = writeln!(sql, "CREATE SCHEMA s{n}; CREATE TYPE s{n}.state AS ENUM ('a', 'b');");
    }
    for n in 0..1000 {
        let drift = if dev && n % 20 == 0 { n / 20 % 8 } else { 9 };
        let pick = |at: usize, now: &'static str, before: &'static str| {
            if drift == at { now } else { before }
        };
        let schema_of = |n: usize| format!("s{}", n / 20 % 5);
        let (schema, parent) = (schema_of(n), n / 2);
        let t = format!("{schema}.t{n}");
        let _ = writeln!(
            sql,
            "CREATE TABLE {t} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent bigint, \
               name text NOT NULL, price {}, state {schema}.state DEFAULT '{}', made timestamptz{}); \
             ALTER TABLE {t} ADD CONSTRAINT t{n}_parent FOREIGN KEY (parent) REFERENCES {}.t{parent}{}; \
             CREATE INDEX t{n}_name ON {t} ({}); \
             ALTER TABLE {t} ENABLE ROW LEVEL SECURITY; \
             CREATE POLICY t{n}_own ON {t} USING (name {} current_user); \
             CREATE FUNCTION {schema}.t{n}_touch() RETURNS trigger LANGUAGE plpgsql AS \
               E'BEGIN\\n  NEW.made := now();\\n  RETURN NEW; -- {}\\nEND'; \
             CREATE TRIGGER t{n}_touch BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION {schema}.t{n}_touch(); \
             CREATE VIEW {schema}.v{n} AS SELECT id, name FROM {t};",
            pick(0, "numeric(14,2)", "numeric(10,2)"),
            pick(1, "b", "a"),
            pick(2, ", note text, due date", ""),
            schema_of(parent),
            pick(3, " ON DELETE SET NULL", ""),
            pick(4, "name, id", "name"),
            pick(5, "<>", "="),
            pick(6, "second", "first"),
        );
        if drift == 7 {
            let _ = writeln!(
                sql,
                "CREATE TABLE {schema}.new{n} (id int PRIMARY KEY, t bigint REFERENCES {t}); \
                 CREATE INDEX new{n}_t ON {schema}.new{n} (t);"
            );
        }
    }
    sql
}
