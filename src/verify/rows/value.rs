//! The text of a value: for a type, a number that makes it distinct, and a manner.

use crate::verify::rows::types::{Sort, Types};

/// Manners to try for any type.
pub(super) const MANNERS: usize = 24;

/// The value number `n` of the type in that manner; none where the type has fewer manners.
/// Greater numbers give greater values where the type is ordered and wide enough.
pub(super) fn text(
    types: &Types,
    oid: u32,
    modifier: i32,
    n: u64,
    manner: usize,
) -> Option<String> {
    nested(types, oid, modifier, n, manner, 0)
}

fn nested(
    types: &Types,
    oid: u32,
    modifier: i32,
    n: u64,
    manner: usize,
    depth: usize,
) -> Option<String> {
    let found = types.get(oid).filter(|_| depth < 8)?;
    let part = |oid, modifier, n| nested(types, oid, modifier, n, manner, depth + 1);
    match &found.sort {
        Sort::Domain(base, inner) => {
            part(*base, *inner, n).or_else(|| types.constants(oid).get(manner).cloned())
        }
        Sort::Enum(labels) if manner == 0 => {
            let count = u64::try_from(labels.len()).ok().filter(|count| *count > 0)?;
            labels.get(usize::try_from(n % count).ok()?).cloned()
        }
        Sort::Enum(labels) => labels.get(manner - 1).cloned(),
        Sort::Array(element, mark) => {
            if manner == MANNERS - 1 {
                return Some("{}".to_owned());
            }
            let values = [part(*element, modifier, n)?, part(*element, modifier, n + 1)?];
            Some(format!("{{{}}}", values.map(|value| quoted(&value)).join(mark)))
        }
        Sort::Composite(parts) => {
            let values: Option<Vec<String>> = parts
                .iter()
                .map(|one| {
                    // not every part has as many manners
                    part(one.type_oid, one.modifier, n)
                        .or_else(|| nested(types, one.type_oid, one.modifier, n, 0, depth + 1))
                        .map(|value| quoted(&value))
                })
                .collect();
            values.map(|values| format!("({})", values.join(",")))
        }
        Sort::Range(of) => {
            if manner == MANNERS - 1 {
                return Some("empty".to_owned());
            }
            let (low, high) = (part(*of, -1, 2 * n)?, part(*of, -1, 2 * n + 1)?);
            Some(format!("[{},{})", quoted(&low), quoted(&high)))
        }
        Sort::Multirange(of) => part(*of, -1, n).map(|range| format!("{{{range}}}")),
        Sort::Base => base(&found.name, modifier, n, manner),
    }
}

/// As an element of an array, a row or a range.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn base(name: &str, modifier: i32, n: u64, manner: usize) -> Option<String> {
    let pick = |choices: &[String]| choices.get(manner).cloned();
    match name {
        "text" | "varchar" | "bpchar" | "name" | "citext" | "char" => {
            string(name, modifier, n, manner)
        }
        "int2" => integer(n, 32_000, manner),
        "int4" | "oid" | "xid" | "cid" => integer(n, 2_000_000_000, manner),
        "int8" | "xid8" => integer(n, 2_000_000_000_000, manner),
        "float4" | "float8" | "money" => pick(&[
            format!("{n}.5"),
            n.to_string(),
            format!("-{n}.25"),
            "0".to_owned(),
            fraction(n),
        ]),
        "numeric" => numeric(modifier, n, manner),
        "bool" => pick(&[n.is_multiple_of(2).to_string(), "true".to_owned(), "false".to_owned()]),
        "date" => pick(&[date(n, 2001), date(n, 2040), date(n, 1950), "infinity".to_owned()]),
        "timestamp" | "timestamptz" => {
            let at = |year| format!("{} {}", date(n, year), time(n));
            pick(&[at(2001), at(2040), at(1950), format!("{} 00:00:00", date(n, 2001))])
        }
        "time" => pick(&[time(n)]),
        "timetz" => pick(&[format!("{}+00", time(n))]),
        "interval" => pick(&[format!("{n} seconds"), format!("{n} days"), format!("{n} years")]),
        "uuid" => pick(&[uuid(n)]),
        "json" | "jsonb" => pick(&[
            format!("{{\"n\": {n}}}"),
            "{}".to_owned(),
            format!("[{n}]"),
            "[]".to_owned(),
            format!("\"s{n}\""),
            n.to_string(),
            format!("{{\"id\": {n}, \"name\": \"n{n}\", \"type\": \"t\", \"a\": [{n}]}}"),
        ]),
        "xml" => pick(&[format!("<a>{n}</a>")]),
        "bytea" => {
            pick(&[format!("\\x{:08x}", n % 0xffff_ffff), format!("\\x{n:064x}"), "\\x".to_owned()])
        }
        "bit" | "varbit" => bits(modifier, n, manner),
        _ => special(name, modifier, n, manner),
    }
}

/// Types that few tables have, and such that are not the server's own.
fn special(name: &str, modifier: i32, n: u64, manner: usize) -> Option<String> {
    let pick = |choices: &[String]| choices.get(manner).cloned();
    let (a, b, c) = (n / 65_536 % 256, n / 256 % 256, n % 256);
    match name {
        "inet" => pick(&[
            format!("10.{a}.{b}.{c}"),
            format!("2001:db8::{:x}", n % 65_536),
            format!("10.{a}.{b}.0/24"),
        ]),
        "cidr" => pick(&[format!("10.{a}.{b}.{c}/32"), format!("10.{b}.{c}.0/24")]),
        "macaddr" => pick(&[format!("08:00:2b:{a:02x}:{b:02x}:{c:02x}")]),
        "macaddr8" => pick(&[format!("08:00:2b:01:02:{a:02x}:{b:02x}:{c:02x}")]),
        "point" => pick(&[format!("({n},{n})")]),
        "line" => pick(&[format!("{{1,-1,{n}}}")]),
        "lseg" | "box" => pick(&[format!("({n}.5,1),({n},0)")]),
        "path" | "polygon" => pick(&[format!("(({n},0),({n},1),({n}.5,1))")]),
        "circle" => pick(&[format!("<({n},0),0.25>")]),
        "tsvector" | "tsquery" => pick(&[format!("'word{n}'")]),
        "pg_lsn" => pick(&[format!("0/{:X}", n % 0xffff_ffff)]),
        "tid" => pick(&[format!("(0,{})", n % 60_000)]),
        "txid_snapshot" | "pg_snapshot" => pick(&[format!("{n}:{}:", n + 1)]),
        "regclass" => pick(&["pg_catalog.pg_class".to_owned()]),
        "regtype" => pick(&["integer".to_owned()]),
        "regproc" | "regprocedure" => {
            pick(&["pg_catalog.now".to_owned(), "pg_catalog.now()".to_owned()])
        }
        "regrole" => pick(&["pg_monitor".to_owned()]),
        "regnamespace" => pick(&["pg_catalog".to_owned()]),
        "regconfig" | "regdictionary" => pick(&["pg_catalog.simple".to_owned()]),
        "hstore" => pick(&[format!("\"k\"=>\"{n}\"")]),
        "ltree" => pick(&[format!("top.n{n}")]),
        "cube" => pick(&[format!("({n})")]),
        "vector" | "halfvec" => {
            let parts = vec![format!("0.{}", n % 1000 + 1); usize::try_from(modifier.max(3)).ok()?];
            pick(&[format!("[{}]", parts.join(","))])
        }
        // a type of the user's own takes what it takes
        _ => pick(&[
            format!("x{n:06}"),
            n.to_string(),
            format!("({n},{n})"),
            format!("\\x{n:08x}"),
            format!("{{{n}}}"),
            String::new(),
        ]),
    }
}

fn integer(n: u64, most: u64, manner: usize) -> Option<String> {
    let small = n % most;
    let choices = [
        small + 1,
        small + 1000,
        small + 20,
        0,
        100,
        1,
        (small + 1) * 10,
        most.min(small + 30_000),
    ];
    let negative = (manner == choices.len()).then(|| format!("-{}", small + 1));
    choices.get(manner).map(|value| (*value).min(most).to_string()).or(negative)
}

fn numeric(modifier: i32, n: u64, manner: usize) -> Option<String> {
    let whole = format!("{}", n + 1);
    if modifier < 4 {
        let choices = [format!("{n}.25"), whole, "0".to_owned(), fraction(n), format!("-{n}.5")];
        return choices.get(manner).cloned();
    }
    let packed = u32::try_from(modifier - 4).ok()?;
    let (precision, scale) = (packed >> 16, packed & 0x7ff);
    // a negative scale has its sign in the eleventh bit; a scale can be more than the precision
    let scale = if scale > 1000 { 0 } else { scale };
    let digits = precision.saturating_sub(scale).min(9);
    let whole = n % 10_u64.pow(digits);
    let last = if scale > 0 {
        format!(".{}{}", "0".repeat(usize::try_from(scale).ok()? - 1), n % 9 + 1)
    } else {
        String::new()
    };
    let choices = [
        format!("{whole}{last}"),
        whole.to_string(),
        "0".to_owned(),
        "1".to_owned(),
        format!("0{last}"),
        format!("-{whole}{last}"),
    ];
    choices.get(manner).cloned()
}

/// Between 0 and 1.
fn fraction(n: u64) -> String {
    format!("0.{:06}", n % 999_999 + 1)
}

/// 336 days of a year, then of the next.
fn date(n: u64, year: u64) -> String {
    format!("{:04}-{:02}-{:02}", year + n / 336, n / 28 % 12 + 1, n % 28 + 1)
}

fn time(n: u64) -> String {
    format!("{:02}:{:02}:{:02}", n / 3600 % 24, n / 60 % 60, n % 60)
}

fn uuid(n: u64) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn bits(modifier: i32, n: u64, manner: usize) -> Option<String> {
    let width = usize::try_from(modifier.max(1)).ok()?;
    let binary = format!("{n:0width$b}");
    let cut = binary.get(binary.len() - width..)?.to_owned();
    [cut, "1".repeat(width), "0".repeat(width)].get(manner).cloned()
}

/// Numbers below 1000 are distinct in three characters.
fn letters(n: u64, width: u32, first: char) -> String {
    let mut out = Vec::new();
    let mut rest = n;
    for _ in 0..width {
        let digit = u32::try_from(rest % 26).unwrap_or_default();
        out.push(char::from_u32(u32::from(first) + digit).unwrap_or(first));
        rest /= 26;
    }
    out.iter().rev().collect()
}

fn string(name: &str, modifier: i32, n: u64, manner: usize) -> Option<String> {
    let most = match (name, modifier) {
        ("char", -1) => 1,
        ("name", _) => 63,
        (_, modifier) if modifier >= 4 => usize::try_from(modifier - 4).ok()?,
        _ => usize::MAX,
    };
    let choices = [
        format!("t{n:06}"),
        letters(n, 6, 'a'),
        format!("user{n}@example.org"),
        format!("https://example.org/{n}"),
        letters(n, 2, 'A'),
        letters(n, 3, 'A'),
        letters(n, 2, 'a'),
        letters(n, 1, 'A'),
        letters(n, 1, 'a'),
        (n % 10).to_string(),
        format!("{:06}", n % 1_000_000),
        format!("+1555{:07}", n % 10_000_000),
        format!("#{:06x}", n % 0xff_ffff),
        uuid(n),
        date(n, 2001),
        format!("10.0.{}.{}", n / 256 % 256, n % 256),
        format!("1.0.{n}"),
        format!("part-{}", letters(n, 4, 'a')),
        format!("/path/{n}"),
        format!("{n:064x}"),
        format!("{:05}", n % 100_000),
        letters(n, 8, 'A'),
        "en-US".to_owned(),
    ];
    let value = choices.get(manner)?.clone();
    if value.len() <= most {
        return Some(value);
    }
    // the end is what makes it distinct
    let cut = letters(n, u32::try_from(most.min(6)).ok()?, 'a');
    (manner == 0).then_some(cut)
}
