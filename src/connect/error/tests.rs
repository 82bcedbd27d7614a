//! What errors say.

use super::ConnectError;

#[test]
fn every_way_out_is_one_sentence() {
    let server = || "postgresql://u@h/d".to_owned();
    let message = || "m".to_owned();
    for error in [
        ConnectError::syntax("x"),
        ConnectError::UnknownKey { key: "hots".to_owned(), similar: Some("host".to_owned()) },
        ConnectError::UnknownKey { key: "x".to_owned(), similar: None },
        ConnectError::UnsupportedKey { setting: "PGSERVICE".to_owned() },
        ConnectError::bad_value("port", "a number"),
        ConnectError::MultipleHosts,
        ConnectError::Tls { setting: "sslmode".to_owned(), value: "require".to_owned() },
        ConnectError::NoUser,
        ConnectError::Unreachable { server: server(), reason: message() },
        ConnectError::Login { server: server(), sqlstate: None, message: message() },
        ConnectError::NoDatabase { server: server(), message: message() },
        ConnectError::Permission { server: server(), message: message(), context: None },
        ConnectError::Lost { server: server(), sqlstate: None, reason: message() },
        ConnectError::Timeout { server: server(), sqlstate: None, reason: message() },
    ] {
        let hint = error.hint().unwrap();
        assert!(hint.ends_with(['.', '?']) && !hint.contains('\n'), "{hint}");
        let text = error.to_string();
        assert!(!text.ends_with('.'), "{text}");
    }
}

#[test]
fn codes() {
    let server = || "s".to_owned();
    let denied =
        ConnectError::Permission { server: server(), message: String::new(), context: None };
    assert_eq!(denied.sqlstate(), Some("42501"));
    let moved = ConnectError::Server {
        server: server(),
        sqlstate: "XX000".to_owned(),
        message: "could not open relation with OID 1".to_owned(),
        context: None,
    };
    assert_eq!(moved.sqlstate(), Some("XX000"));
    assert_eq!(ConnectError::MultipleHosts.sqlstate(), None);
}
