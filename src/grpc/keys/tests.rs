//! Keys are minted, found, revoked and read again as their files say.

use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

fn ring(folder: &Path) -> (KeyRing, Arc<AtomicI64>) {
    let time = Arc::new(AtomicI64::new(1_000_000));
    let clock = Arc::clone(&time);
    let now: Now = Arc::new(move || Timestamp::from_millis(clock.load(Ordering::Relaxed)));
    (KeyRing::open(folder, now).unwrap(), time)
}

fn sara() -> Vec<AgentId> {
    vec![AgentId::parse("sara_1").unwrap()]
}

#[test]
fn the_first_start_mints_one_key_for_each_role_and_declared_agent() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, _) = ring(folder.path());
    let made = ring.mint_missing(&sara()).unwrap();
    assert_eq!(made.len(), 4);
    for path in &made {
        let staff = ring.find(read(path).unwrap().trim()).expect("a minted key is good");
        assert_eq!(
            path.file_name().unwrap().to_str().unwrap(),
            format!("{}_{}.key", staff.role.name(), staff.subject)
        );
    }
    assert!(ring.mint_missing(&sara()).unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn only_the_servers_account_may_read_keys() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let (ring, _) = ring(&keys);
    server_secrets(&keys).unwrap();
    let minted = ring.mint_missing(&[]).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join("server.secret")), 0o600);
    assert!(minted.iter().all(|path| mode(path) == 0o600));
}

#[test]
fn a_key_is_good_only_whole_and_only_for_its_role_and_subject() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, _) = ring(folder.path());
    let key = read(&ring.mint(Role::Agent, "sara_1").unwrap()).unwrap().trim().to_owned();
    assert_eq!(ring.find(&key), Some(Staff { role: Role::Agent, subject: "sara_1".into() }));
    let mut last = key.clone();
    last.pop();
    for forged in [
        last,
        format!("{key}0"),
        key.replace("sanad_agent_", "sanad_admin_"),
        key.replace("sara_1", "omar_1"),
        key.replace("sara_1", "sara"),
        String::new(),
        "sanad_agent_sara_1_".into(),
        "sanad___".into(),
    ] {
        assert_eq!(ring.find(&forged), None, "{forged}");
    }
}

#[test]
fn a_new_file_is_found_but_the_folder_is_not_read_for_every_guess() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, time) = ring(folder.path());
    let key = format!("sanad_platform_acme_{}", "a1".repeat(20));
    assert_eq!(ring.find(&key), None);
    fs::write(folder.path().join("acme.key"), &key).unwrap();
    assert_eq!(ring.find(&key), None, "within the pause the folder is left alone");
    time.fetch_add(1_000, Ordering::Relaxed);
    assert_eq!(ring.find(&key).unwrap().subject, "acme");
}

#[test]
fn an_emptied_file_revokes_its_key_and_is_not_minted_again() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, _) = ring(folder.path());
    ring.mint_missing(&sara()).unwrap();
    let path = ring.path(Role::Agent, "sara_1");
    let key = read(&path).unwrap();
    fs::write(&path, "").unwrap();
    ring.reload().unwrap();
    assert_eq!(ring.find(key.trim()), None);
    assert!(ring.mint_missing(&sara()).unwrap().is_empty());
}

#[test]
fn the_servers_secret_outlives_a_restart_and_a_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let first = server_secrets(folder.path()).unwrap();
    assert_eq!(server_secrets(folder.path()).unwrap(), first);
    fs::write(folder.path().join("server.secret"), "oops").unwrap();
    assert!(server_secrets(folder.path()).unwrap_err().to_string().contains("64 hex digits"));
}

#[test]
fn a_subject_that_cannot_be_an_id_gets_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let (ring, _) = ring(folder.path());
    assert!(matches!(ring.mint(Role::Agent, "../x"), Err(KeyError::Subject { .. })));
}
