//! Views, materialized views, rules, policies.

use crate::generated::grammar::{Family, family};

pub(super) const PLAIN: &[Family] = &[
    family(
        "view",
        "relation viewed noted",
        "VIEW {self}",
        "CREATE VIEW {self}[|| WITH (security_barrier=true)|@15  WITH (security_invoker=true)] AS \
         [SELECT x.{t=columned}{t.number} AS a[|, x.{t.string} AS b][|, [1|2] AS c] FROM {t} x\
         [|| WHERE x.{t.number} > [0|1]]|\
         SELECT a FROM {v=viewed}{v}|SELECT v.* FROM {v=viewed}{v} v|\
         SELECT x.{t=columned}{t.number} AS a FROM {t} x UNION ALL SELECT v.a FROM {v=viewed}{v} v|\
         SELECT count(*) AS a FROM {columned}|\
         SELECT count(*) AS a, y.{u=columned}{c=u.string}{c} AS b FROM {u} y GROUP BY y.{c}|\
         SELECT {f=int_function}{f}(1) AS a]",
    ),
    family(
        "updatable",
        "relation noted owned",
        "VIEW {self}",
        "{t=table}CREATE VIEW {self} AS SELECT {t.int} AS a FROM {t} WHERE {t.int} > [1|2]\
         [|| WITH CHECK OPTION| WITH LOCAL CHECK OPTION]\
         [|; ALTER VIEW {self} ALTER COLUMN a SET DEFAULT [1|2]]",
    ),
    family(
        "key_view",
        "relation noted owned",
        "VIEW {self}",
        "{k=primary_int}CREATE VIEW {self} AS SELECT x.*, count(*) AS n FROM {k>t} x \
         GROUP BY x.{k>c}",
    ),
    family(
        "row_view",
        "relation viewed noted",
        "VIEW {self}",
        "{t=table}CREATE VIEW {self} AS SELECT 1 AS a, x AS whole FROM {t} x",
    ),
    family(
        "materialized",
        "relation viewed noted owned",
        "MATERIALIZED VIEW {self}",
        "CREATE MATERIALIZED VIEW {self}[|| WITH (fillfactor=[70|80])] AS \
         [SELECT x.{t=columned}{t.number} AS a FROM {t} x|SELECT a FROM {v=viewed}{v}|\
         SELECT 1 AS a, 'x'::text AS b]",
    ),
    family(
        "unpopulated",
        "relation noted owned",
        "MATERIALIZED VIEW {self}",
        "{t=columned}CREATE MATERIALIZED VIEW {self} AS SELECT {t.column} AS a FROM {t} \
         WITH [|NO ]DATA",
    ),
    family(
        "materialized_index",
        "noted",
        "INDEX {t>schema}.{name}",
        "{t=materialized}CREATE [|UNIQUE ]INDEX {name} ON {t} (a)",
    ),
    family(
        "rule",
        "noted",
        "RULE {name} ON {t}",
        "{t=columned}CREATE RULE {name} AS ON [INSERT|UPDATE|DELETE] TO {t} DO \
         [ALSO NOTHING|INSTEAD NOTHING|ALSO NOTIFY changed|\
         ALSO SELECT {f=int_function}{f}(1)|ALSO DELETE FROM {u=table}{u} WHERE {u.int} = 5]\
         [||; ALTER TABLE {t} [DISABLE|ENABLE ALWAYS] RULE {name}]",
    ),
    family(
        "conditional_rule",
        "noted",
        "RULE {name} ON {t}",
        "{t=columned}CREATE RULE {name} AS ON UPDATE TO {t} WHERE NEW.{c=t.int}{c} <> OLD.{c} DO \
         [ALSO|INSTEAD] [NOTHING|UPDATE {u=table}{u} SET {u.int} = 1]",
    ),
    family(
        "view_rule",
        "noted",
        "RULE {name} ON {t}",
        "{t=view}CREATE RULE {name} AS ON [INSERT|DELETE] TO {t} DO INSTEAD NOTHING",
    ),
    family(
        "policy",
        "noted",
        "POLICY {name} ON {t}",
        "{t=secured}CREATE POLICY {name} ON {t}[| AS RESTRICTIVE]\
         [| FOR SELECT| FOR DELETE][| TO [gen_reader|gen_writer, gen_reader|PUBLIC]] USING \
         ([true|{t.int} > [0|1]|{t.string} = CURRENT_USER|{f=int_function}{f}({t.int}::integer) > 0|\
         EXISTS (SELECT 1 FROM {u=columned}{u} y WHERE y.{u.number} > 0)])",
    ),
    family(
        "write_policy",
        "noted",
        "POLICY {name} ON {t}",
        "{t=secured}CREATE POLICY {name} ON {t} FOR [ALL|UPDATE] USING ({t.int} > 0)\
         [| WITH CHECK ({t.int} < [5|9])]",
    ),
];
