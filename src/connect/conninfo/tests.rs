//! Connection strings, the environment, and that no password gets out.

use super::{Conninfo, Environment};
use crate::connect::{ConnectError, Secret};

fn environment(variables: &[(&str, &str)]) -> Environment {
    [("USER", "os")].into_iter().chain(variables.iter().copied()).collect()
}

fn parse(text: &str) -> Result<Conninfo, ConnectError> {
    Conninfo::parse(text, &environment(&[]))
}

#[test]
fn what_is_read() {
    for (text, redacted) in [
        ("postgresql://u:p@h:1/d", "postgresql://u@h:1/d"),
        ("postgres://h", "postgresql://os@h/os"),
        ("postgres://u@h", "postgresql://u@h/u"),
        ("postgres://u@h/", "postgresql://u@h/u"),
        ("postgres://h:5432/d", "postgresql://os@h/d"),
        ("postgres://h:/d", "postgresql://os@h/d"),
        ("postgres://u:p%40%2F%3A@h/d", "postgresql://u@h/d"),
        ("postgres://u:a?b@h/d", "postgresql://u@h/d"),
        ("postgres://u%20v:p@h/d%2Fe", "postgresql://u%20v@h/d%2Fe"),
        ("postgres://[::1]:6000/d", "postgresql://os@[::1]:6000/d"),
        ("postgres://%2Frun%2Fpg:1/d", "postgresql://os@/d?host=/run/pg&port=1"),
        ("postgres:///d?host=/run/pg", "postgresql://os@/d?host=/run/pg"),
        ("postgres://u@/d?host=/a b", "postgresql://u@/d?host=/a%20b"),
        ("postgres://a/d?host=b&port=7&user=w&dbname=e", "postgresql://w@b:7/e"),
        ("postgres://h?dbname=d&sslmode=disable", "postgresql://os@h/d"),
        ("postgres://h/d?target_session_attrs=any", "postgresql://os@h/d"),
        ("postgres://gr%C3%B6%C3%9Fe/d", "postgresql://os@gr%C3%B6%C3%9Fe/d"),
        ("POSTGRESQL://u:p@h:1/d", "postgresql://u@h:1/d"),
        (" Postgres://u:p@h/d", "postgresql://u@h/d"),
        ("postgres://u@h/d?user=v@w", "postgresql://v%40w@h/d"),
        ("host=h", "postgresql://os@h/os"),
        ("  host = h  port=1 ", "postgresql://os@h:1/os"),
        ("host=h dbname='a b'", "postgresql://os@h/a%20b"),
        ("host=h dbname='it\\'s \\\\'", "postgresql://os@h/it%27s%20%5C"),
        ("host=h dbname=a\\ b", "postgresql://os@h/a%20b"),
        ("host=h dbname=''", "postgresql://os@h/os"),
        ("host=h user='u'dbname=d", "postgresql://u@h/d"),
        ("host=a host=b", "postgresql://os@b/os"),
        ("host=/run/pg dbname=d", "postgresql://os@/d?host=/run/pg"),
        ("hostaddr=10.0.0.1", "postgresql://os@10.0.0.1/os"),
        ("host=h hostaddr=::1", "postgresql://os@h/os?hostaddr=::1"),
        ("host=h password=a=b", "postgresql://os@h/os"),
        ("host=h gssencmode=prefer channel_binding=prefer", "postgresql://os@h/os"),
    ] {
        assert_eq!(parse(text).map(|conninfo| conninfo.redacted()), Ok(redacted.to_owned()));
        // What is shown leads to the same place.
        assert_eq!(parse(redacted).map(|conninfo| conninfo.redacted()), Ok(redacted.to_owned()));
    }
}

#[test]
fn what_is_refused() {
    for (text, part) in [
        ("postgres://h/d?hots=x", "unknown connection setting `hots`"),
        ("host=h sslmod=disable", "unknown connection setting `sslmod`"),
        ("postgres://a,b/d", "multi-host"),
        ("host=a,b", "multi-host"),
        ("postgres://h/d?port=1,2", "multi-host"),
        ("postgres://h/d?sslmode=require", "TLS is not supported yet, but `sslmode` is `require`"),
        ("postgres://h/d?ssl=true", "TLS is not supported yet"),
        ("host=h sslmode=prefer", "TLS is not supported yet"),
        ("host=h sslmode=x", "supported: disable"),
        ("host=h service=x", "`service` is not supported yet"),
        ("postgres://h/d?sslrootcert=x", "`sslrootcert` is not supported yet"),
        ("postgres://h/d?target_session_attrs=standby", "supported: any, read-write"),
        ("postgres://u:secret/1@h/d", "%2F"),
        ("postgres://u:secret/1", "from 1 to 65535"),
        ("postgres://h:0/d", "from 1 to 65535"),
        ("postgres://h/d?port=70000", "from 1 to 65535"),
        ("postgres://h/d%", "hexadecimal"),
        ("postgres://h/d%+1", "hexadecimal"),
        ("postgres://h/%00", "hexadecimal"),
        ("postgres://h/%ff", "UTF-8"),
        ("postgres://[::1/d", "no `]`"),
        ("postgres://[::1]x/d", "after the `]`"),
        ("postgres://h/d?user", "no `=`"),
        ("postgres://h/d?user=a=b", "second `=`"),
        ("postgres://u?x:p@h", "%3F"),
        ("postgres://u:se@cret@h/d", "%40"),
        ("postgres://u:1/secret@h/d", "%40"),
        ("postgres:u:secret@h", "neither"),
        ("mysql://u:secret@h/d", "neither"),
        ("u:secret@h/d", "neither"),
        ("jdbc:postgresql://h/d?password=secret", "not a word"),
        ("host=u:secret@h", "a name, an address or a folder"),
        ("dbname=postgres://u:secret@h/d", "the name of a database"),
        ("mydb", "no `=`"),
        ("password=my secret", "no `=`"),
        ("password=my se/cret=x", "not a word"),
        ("host=h password='secret", "a quote is not closed"),
        ("=x", "has no setting before it"),
        ("host=@abstract", "a name, an address or a folder"),
        ("hostaddr=h", "an IP address"),
        ("host=h connect_timeout=soon", "a number of seconds"),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
        assert!(!error.contains("cret"), "{error}");
    }
    assert_eq!(
        parse("postgres://h/d?hots=x").unwrap_err().hint().as_deref(),
        Some("Did you mean `host`?")
    );
}

#[test]
fn the_environment_fills_in() {
    let all = environment(&[
        ("PGHOST", "eh"),
        ("PGPORT", "7"),
        ("PGDATABASE", "ed"),
        ("PGUSER", "eu"),
        ("PGPASSWORD", "hunter2"),
        ("PGAPPNAME", "app"),
        ("PGOPTIONS", "-c work_mem=1MB"),
        ("PGCONNECT_TIMEOUT", "0"),
        ("PGSSLMODE", "disable"),
        ("PGDATA", "no business of a client"),
    ]);
    let conninfo = Conninfo::parse("", &all).unwrap();
    assert_eq!(conninfo.redacted(), "postgresql://eu@eh:7/ed");
    assert_eq!(conninfo.password.as_ref().map(Secret::expose), Some("hunter2"));
    assert_eq!(conninfo.timeout(), None);
    let config = conninfo.config();
    assert_eq!(config.get_application_name(), Some("app"));
    assert_eq!(config.get_options(), Some("-c work_mem=1MB"));
    let partly = Conninfo::parse("postgres://u@h/d", &all).unwrap();
    assert_eq!(partly.redacted(), "postgresql://u@h:7/d");
    // Empty in the string asks for the default, empty in the environment is unset.
    let empty = Conninfo::parse("user='' port='' host=h", &all).unwrap();
    assert_eq!(empty.redacted(), "postgresql://os@h/ed");
    let unset = Conninfo::parse("host=h", &environment(&[("PGPORT", ""), ("PGSERVICE", "")]));
    assert_eq!(unset.unwrap().redacted(), "postgresql://os@h/os");
}

#[test]
fn variables_that_would_be_ignored_are_refused() {
    for name in ["PGSERVICE", "PGPASSFILE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGTZ"] {
        let error = Conninfo::parse("host=h", &environment(&[(name, "x")])).unwrap_err();
        assert_eq!(error, ConnectError::UnsupportedKey { setting: name.to_owned() });
    }
    for (name, value) in [
        ("PGCHANNELBINDING", "require"),
        ("PGTARGETSESSIONATTRS", "primary"),
        ("PGSSLMODE", "allow"),
    ] {
        let error = Conninfo::parse("host=h", &environment(&[(name, value)])).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    // The connection string wins.
    let modes = environment(&[("PGSSLMODE", "require")]);
    assert!(Conninfo::parse("host=h sslmode=disable", &modes).is_ok());
}

#[test]
fn users_and_databases() {
    let nobody = Conninfo::parse("host=h", &Environment::default());
    assert_eq!(nobody, Err(ConnectError::NoUser));
    let logname: Environment = [("LOGNAME", "l")].into_iter().collect();
    let conninfo = Conninfo::parse("host=h", &logname).unwrap();
    assert_eq!((conninfo.user(), conninfo.database()), ("l", "l"));
    let other = conninfo.with_database("Other db");
    assert_eq!((other.user(), other.host(), other.port()), ("l", "h", 5432));
    assert_eq!(other.redacted(), "postgresql://l@h/Other%20db");
}

#[test]
fn passwords_are_not_shown() {
    let environment = environment(&[("PGPASSWORD", "hunter2")]);
    let conninfo = Conninfo::parse("postgres://u@h/d", &environment).unwrap();
    for text in [format!("{conninfo:?}"), format!("{environment:?}"), conninfo.redacted()] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
