//! Tables of every sort, without their columns.

use crate::generated::grammar::{Family, family};

pub(super) const PLAIN: &[Family] = &[
    family(
        "table",
        "relation lone columned secured noted owned",
        "TABLE {self}",
        "CREATE TABLE {self} ()\
         [|| WITH (fillfactor=[70|80])| WITH (autovacuum_enabled=false, toast.autovacuum_enabled=false)]",
    ),
    family(
        "loggable",
        "relation columned noted owned",
        "TABLE {self}",
        "CREATE [|UNLOGGED ]TABLE {self} ()",
    ),
    family(
        "row_security",
        "once:row_security late",
        "",
        "{t=secured}ALTER TABLE {t} [ENABLE|FORCE] ROW LEVEL SECURITY[|; \
         ALTER TABLE {t} ENABLE ROW LEVEL SECURITY]",
    ),
    family(
        "replica_identity",
        "once:replica_identity late",
        "",
        "{t=table}ALTER TABLE {t} REPLICA IDENTITY [FULL|NOTHING|USING INDEX {t.primary_int}]",
    ),
    family(
        "cluster",
        "once:cluster late",
        "",
        "{t=table}ALTER TABLE {t} CLUSTER ON {i=t.index_plain}{i>name}",
    ),
    family(
        "table_options",
        "once:table_options late",
        "",
        "{t=table}ALTER TABLE {t} SET ([parallel_workers=[1|2]|\
         autovacuum_vacuum_scale_factor=[0.1|0.5], autovacuum_vacuum_threshold=100|\
         toast.autovacuum_vacuum_threshold=99])",
    ),
];

pub(super) const PARTITIONED: &[Family] = &[
    family(
        "by_range",
        "partitioned relation columned secured noted owned",
        "TABLE {self}",
        "CREATE TABLE {self} (k integer NOT NULL, n text[| DEFAULT 'x']) PARTITION BY RANGE (k)",
    ),
    family(
        "by_list",
        "partitioned relation columned secured noted owned",
        "TABLE {self}",
        "CREATE TABLE {self} (k integer NOT NULL, n text) PARTITION BY LIST (k)",
    ),
    family(
        "by_hash",
        "partitioned relation columned secured noted owned",
        "TABLE {self}",
        "CREATE TABLE {self} (k integer NOT NULL, n text) PARTITION BY HASH (k)",
    ),
    family(
        "range_low",
        "once:low relation noted owned",
        "TABLE {self}",
        "{t=by_range}CREATE TABLE {self} PARTITION OF {t} \
         FOR VALUES FROM ([MINVALUE|0|1]) TO ([10|20])[| WITH (fillfactor=80)]",
    ),
    family(
        "range_high",
        "once:high relation noted owned",
        "TABLE {self}",
        "{t=by_range}CREATE TABLE {self} PARTITION OF {t} \
         FOR VALUES FROM ([20|30]) TO ([40|MAXVALUE])",
    ),
    family(
        "range_default",
        "once:default relation noted owned",
        "TABLE {self}",
        "{t=by_range}CREATE TABLE {self} PARTITION OF {t} DEFAULT",
    ),
    family(
        "range_nested",
        "once:high by_list relation noted owned",
        "TABLE {self}",
        "{t=by_range}CREATE TABLE {self} PARTITION OF {t} FOR VALUES FROM ([20|30]) TO (50) \
         PARTITION BY LIST (k)",
    ),
    family(
        "list_few",
        "once:few relation noted owned",
        "TABLE {self}",
        "{t=by_list}CREATE TABLE {self} PARTITION OF {t} FOR VALUES IN ([31|31, 32|32, 33])",
    ),
    family(
        "list_default",
        "once:default relation noted owned",
        "TABLE {self}",
        "{t=by_list}CREATE TABLE {self} PARTITION OF {t} DEFAULT",
    ),
    family(
        "hash_part",
        "once:hash_part relation noted owned",
        "TABLE {self}",
        "{t=by_hash}CREATE TABLE {self} PARTITION OF {t} \
         FOR VALUES WITH (MODULUS [2|4], REMAINDER [0|1])",
    ),
];

pub(super) const INHERITED: &[Family] = &[
    family(
        "parent",
        "table relation columned secured noted owned",
        "TABLE {self}",
        "CREATE TABLE {self} (base integer[| NOT NULL], more text[| DEFAULT ['x'|'y']])",
    ),
    family(
        "child",
        "relation noted owned",
        "TABLE {self}",
        "{p=parent}CREATE TABLE {self} ([|own integer|own text[| NOT NULL]]) INHERITS ({p})",
    ),
    family(
        "child_of_two",
        "relation noted owned",
        "TABLE {self}",
        "{p=parent}{q=parent!p}CREATE TABLE {self} (own integer, more text DEFAULT 'z') INHERITS ({p}[!|, {q}])",
    ),
];

pub(super) const TYPED: &[Family] = &[family(
    "typed",
    "relation noted owned",
    "TABLE {self}",
    "CREATE TABLE {self} OF {still_composite}[| (x WITH OPTIONS NOT NULL)|\
     (PRIMARY KEY (x))| (CHECK (x IS NOT NULL))]",
)];
