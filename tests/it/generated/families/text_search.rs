//! Text search.

use crate::generated::grammar::{Family, family};

pub(super) const ALL: &[Family] = &[
    family(
        "dictionary",
        "noted owned",
        "TEXT SEARCH DICTIONARY {self}",
        "CREATE TEXT SEARCH DICTIONARY {self} (TEMPLATE = [!simple]\
         [|, ACCEPT = [true|false]|, STOPWORDS = 'english'])",
    ),
    family(
        "stemmer",
        "noted owned",
        "TEXT SEARCH DICTIONARY {self}",
        "CREATE TEXT SEARCH DICTIONARY {self} (TEMPLATE = snowball, LANGUAGE = [english|german])",
    ),
    family(
        "configuration",
        "noted owned",
        "TEXT SEARCH CONFIGURATION {self}",
        "CREATE TEXT SEARCH CONFIGURATION {self} ([!PARSER = \"default\"|COPY = pg_catalog.simple])\
         [|; ALTER TEXT SEARCH CONFIGURATION {self} ALTER MAPPING FOR word WITH simple]",
    ),
    family(
        "mapped_configuration",
        "noted owned",
        "TEXT SEARCH CONFIGURATION {self}",
        "CREATE TEXT SEARCH CONFIGURATION {self} (PARSER = \"default\");\
         ALTER TEXT SEARCH CONFIGURATION {self} ADD MAPPING FOR [word|word, email|asciiword] \
         WITH [|{stemmer}, ]{dictionary}",
    ),
    family(
        "search_parser",
        "noted",
        "TEXT SEARCH PARSER {self}",
        "CREATE TEXT SEARCH PARSER {self} (START = prsd_start, GETTOKEN = prsd_nexttoken, \
         END = prsd_end, LEXTYPES = prsd_lextype[|, HEADLINE = prsd_headline])",
    ),
    family(
        "search_template",
        "noted",
        "TEXT SEARCH TEMPLATE {self}",
        "CREATE TEXT SEARCH TEMPLATE {self} ([|INIT = dsimple_init, ]LEXIZE = dsimple_lexize)",
    ),
];
