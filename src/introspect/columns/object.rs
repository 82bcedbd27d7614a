//! Types, routines, operators, text search, and what stands at objects of any kind.

use super::{SystemCatalog, WHOLE};

/// Its rows stand at objects of any sort.
const ANY: &str = "any catalog";

/// Its catalogs.
pub(super) static CATALOGS: &[SystemCatalog] = &[
    SystemCatalog {
        name: "pg_aggregate",
        parts_of: "pg_proc",
        attrs: &[(
            "aggregate",
            "aggkind:hypothetical aggnumdirectargs:arguments aggtransfn:sfunc aggtranstype:stype aggtransspace:sspace \
            aggfinalfn:finalfunc aggfinalextra:finalfunc_extra aggfinalmodify:finalfunc_modify \
            aggcombinefn:combinefunc aggserialfn:serialfunc aggdeserialfn:deserialfunc agginitval:initcond \
            aggmtransfn:msfunc aggminvtransfn:minvfunc aggmtranstype:mstype aggmtransspace:msspace \
            aggmfinalfn:mfinalfunc aggmfinalextra:mfinalfunc_extra aggmfinalmodify:mfinalfunc_modify \
            aggminitval:minitcond aggsortop:sortop",
        )],
        key: "aggfnoid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_am",
        attrs: &[
            ("access_method", "amhandler:handler amtype:type"),
            ("table materialized_view", "amname:access_method"),
        ],
        key: "oid amname",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_amop",
        rows: &[
            (
                "a part of a user's operator class or family",
                "EXISTS (SELECT FROM pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_depend e ON e.classid = d.refclassid \
                AND e.objid = d.refobjid AND e.deptype = 'e' WHERE d.classid = 2602 AND d.objid = t.oid \
                AND d.refclassid IN (2616, 2753) AND d.refobjid >= 16384 AND e.objid IS NULL)",
            ),
            (
                "an extension's family brings it",
                "EXISTS (SELECT FROM pg_catalog.pg_depend f WHERE f.classid = 2753 AND f.objid = t.amopfamily AND f.deptype = 'e') \
                AND (t.amopopr < 16384 OR EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE (m.classid, m.objid) = (2617, t.amopopr) AND m.deptype = 'e'))",
            ),
        ],
        attrs: &[(
            "operator_class operator_family",
            "amoplefttype:members amoprighttype:members amopstrategy:members amoppurpose:members amopopr:members \
            amopsortfamily:members",
        )],
        key: "oid amopfamily",
        excluded: &[("it is the family's", "amopmethod")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_amproc",
        rows: &[
            (
                "a part of a user's operator class or family",
                "EXISTS (SELECT FROM pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_depend e ON e.classid = d.refclassid \
                AND e.objid = d.refobjid AND e.deptype = 'e' WHERE d.classid = 2603 AND d.objid = t.oid \
                AND d.refclassid IN (2616, 2753) AND d.refobjid >= 16384 AND e.objid IS NULL)",
            ),
            (
                "an extension's family brings it",
                "EXISTS (SELECT FROM pg_catalog.pg_depend f WHERE f.classid = 2753 AND f.objid = t.amprocfamily AND f.deptype = 'e') \
                AND (t.amproc::oid < 16384 OR EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE (m.classid, m.objid) = (1255, t.amproc::oid) AND m.deptype = 'e'))",
            ),
        ],
        attrs: &[(
            "operator_class operator_family",
            "amproclefttype:members amprocrighttype:members amprocnum:members amproc:members",
        )],
        key: "oid amprocfamily",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_cast",
        attrs: &[("cast", "castfunc:method castmethod:method castcontext:context")],
        key: "oid castsource casttarget",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_collation",
        attrs: &[(
            "collation",
            "collprovider:provider collcollate:lc_collate collctype:lc_ctype collcollate:locale colliculocale:locale \
            colllocale:locale collicurules:rules collisdeterministic:deterministic",
        )],
        facets: &[("owner", "collowner")],
        key: "oid collname collnamespace",
        excluded: &[
            ("it follows from the database and the provider", "collencoding"),
            ("state of the machine's library", "collversion"),
        ],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_conversion",
        attrs: &[(
            "conversion",
            "conforencoding:source contoencoding:target conproc:function condefault:default",
        )],
        facets: &[("owner", "conowner")],
        key: "oid conname connamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_default_acl",
        facets: &[("acl", "defaclacl")],
        key: "oid defaclrole defaclnamespace defaclobjtype",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_depend",
        parts_of: ANY,
        attrs: &[("sequence", "deptype:owned_by")],
        facets: &[("depends_on_extensions", "deptype")],
        edge: "classid objid objsubid refclassid refobjid refobjsubid deptype",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_description",
        parts_of: ANY,
        attrs: &[("constraint", "description:index_comment")],
        facets: &[("comment", "description")],
        key: "objoid classoid objsubid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_enum",
        parts_of: "pg_type",
        attrs: &[("enum", "enumlabel:labels enumsortorder:labels")],
        key: "oid enumtypid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_event_trigger",
        attrs: &[(
            "event_trigger",
            "evtevent:event evtfoid:function evtenabled:enabled evttags:tags",
        )],
        facets: &[("owner", "evtowner")],
        key: "oid evtname",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_extension",
        attrs: &[("extension", "extnamespace:schema extversion:version oid:tables")],
        ledger: "extconfig extcondition",
        key: "oid extname",
        excluded: &[
            ("PostgreSQL cannot change it", "extowner"),
            ("the extension's version stands for it", "extrelocatable"),
        ],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_init_privs",
        parts_of: ANY,
        attrs: &[("initial_acl", "initprivs:given initprivs:taken")],
        key: "objoid classoid objsubid",
        excluded: &[("both are the base that privileges are compared with", "privtype")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_language",
        attrs: &[
            (
                "language",
                "lanpltrusted:trusted lanplcallfoid:handler laninline:inline lanvalidator:validator",
            ),
            ("function procedure", "lanname:language"),
        ],
        facets: &[("owner", "lanowner"), ("acl", "lanacl")],
        key: "oid lanname",
        excluded: &[("it is so for each that is not built in", "lanispl")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_namespace",
        rows: &[("of sessions", "t.nspname ~ '^pg_(temp|toast_temp)_'")],
        facets: &[("owner", "nspowner"), ("acl", "nspacl")],
        key: "oid nspname",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_opclass",
        attrs: &[(
            "operator_class",
            "opcfamily:family opcintype:type opcdefault:default opckeytype:storage",
        )],
        facets: &[("owner", "opcowner")],
        key: "oid opcmethod opcname opcnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_operator",
        attrs: &[(
            "operator",
            "oprcode:function oprcom:commutator oprnegate:negator oprrest:restrict oprjoin:join oprcanhash:hashes \
            oprcanmerge:merges",
        )],
        facets: &[("owner", "oprowner")],
        key: "oid oprname oprnamespace oprleft oprright",
        excluded: &[("the operands say it", "oprkind"), ("it is the function's", "oprresult")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_opfamily",
        facets: &[("owner", "opfowner")],
        key: "oid opfmethod opfname opfnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_proc",
        attrs: &[
            (
                "function procedure",
                "prolang:language procost:cost prorows:rows prosupport:support prokind:window \
                prosecdef:security_definer proleakproof:leakproof proisstrict:strict provolatile:volatility \
                protrftypes:transforms prosrc:body probin:library prosqlbody:sql_body proconfig:settings",
            ),
            (
                "function procedure aggregate",
                "prorettype:result proretset:result proparallel:parallel provariadic:arguments pronargs:arguments \
                proallargtypes:arguments proargmodes:arguments proargnames:arguments pronargdefaults:arguments \
                proargdefaults:arguments",
            ),
        ],
        facets: &[("owner", "proowner"), ("acl", "proacl")],
        key: "oid proname pronamespace proargtypes prokind",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_range",
        parts_of: "pg_type",
        attrs: &[(
            "range",
            "rngsubtype:subtype rngcollation:collation rngsubopc:subtype_opclass rngcanonical:canonical \
            rngsubdiff:subtype_diff rngmultitypid:multirange_type_name",
        )],
        key: "rngtypid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_seclabel",
        parts_of: ANY,
        key: "objoid classoid objsubid provider",
        ledger: "label",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_transform",
        attrs: &[("transform", "trffromsql:from_sql trftosql:to_sql")],
        key: "oid trftype trflang",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_ts_config",
        attrs: &[("ts_configuration", "cfgparser:parser")],
        facets: &[("owner", "cfgowner")],
        key: "oid cfgname cfgnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_ts_config_map",
        parts_of: "pg_ts_config",
        attrs: &[("ts_configuration", "maptokentype:mappings mapseqno:mappings mapdict:mappings")],
        key: "mapcfg",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_ts_dict",
        attrs: &[("ts_dictionary", "dicttemplate:template dictinitoption:options")],
        facets: &[("owner", "dictowner")],
        key: "oid dictname dictnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_ts_parser",
        attrs: &[(
            "ts_parser",
            "prsstart:start prstoken:gettoken prsend:end prsheadline:headline prslextype:lextypes",
        )],
        key: "oid prsname prsnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_ts_template",
        attrs: &[("ts_template", "tmplinit:init tmpllexize:lexize")],
        key: "oid tmplname tmplnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_type",
        rows: &[
            (
                "the row type of a relation",
                "EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')",
            ),
            (
                "the array type of another",
                "EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)",
            ),
            ("the multirange type of a range", "t.typtype = 'm'"),
        ],
        attrs: &[
            (
                "base_type",
                "typisdefined:shell typinput:input typoutput:output typreceive:receive typsend:send typmodin:typmod_in \
                typmodout:typmod_out typanalyze:analyze typsubscript:subscript typlen:internallength \
                typbyval:passedbyvalue typalign:alignment typstorage:storage typcategory:category \
                typispreferred:preferred typdefault:default typelem:element typdelim:delimiter typcollation:collatable",
            ),
            (
                "domain",
                "typbasetype:type typtypmod:type typcollation:collation typnotnull:not_null typdefaultbin:default \
                typdefault:default",
            ),
        ],
        facets: &[("owner", "typowner"), ("acl", "typacl")],
        key: "oid typname typnamespace typtype typrelid",
        excluded: &[
            ("made with the type", "typarray"),
            ("PostgreSQL does not enforce it", "typndims"),
        ],
        ..WHOLE
    },
];
