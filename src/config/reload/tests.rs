//! Changes of the files, and what becomes live.

use super::*;
use crate::config::fixture::{Edit, edited};
use crate::config::load;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

/// A clock that goes one step each time it is read.
#[derive(Default)]
struct StepClock(AtomicI64);

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

/// A config folder and a data folder.
struct World {
    home: tempfile::TempDir,
    clock: Arc<StepClock>,
    rehearsals: Arc<AtomicUsize>,
}

impl World {
    fn new() -> World {
        let world = World {
            home: tempfile::tempdir().unwrap(),
            clock: Arc::default(),
            rehearsals: Arc::default(),
        };
        world.write(&[]);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes the config with edits, as a deployment would.
    fn write(&self, edits: &[Edit]) {
        let config = self.path("config");
        let _ = std::fs::remove_dir_all(&config);
        write_all(&config, &edited(edits));
    }

    /// Opens the rules; the gate refuses bots of the name "Refused".
    fn open(&self, on_bad_config: OnBadConfig) -> Result<LiveRules, Refused> {
        let rehearsals = self.rehearsals.clone();
        let gate = move |rules: &Arc<Rules>, _: &[Script]| {
            rehearsals.fetch_add(1, Ordering::SeqCst);
            if rules.bot.name.en == "Refused" {
                let place = Place::top_of("conversations/a.yaml");
                return Err(vec![Problem::new(Code::ScriptFailed, &place)]);
            }
            Ok(())
        };
        let surroundings = Surroundings {
            folder: self.path("config"),
            kept: Kept::in_data(&self.path("data")),
            gate: Box::new(gate),
            clock: self.clock.clone(),
        };
        let (sources, checked) = load(&self.path("config"));
        LiveRules::open(surroundings, sources, checked, on_bad_config)
    }
}

fn write_all(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

const RENAMED: Edit = ("bot.yaml", "\"Sanad\"", "\"Other\"");
const BROKEN: Edit = ("bot.yaml", "hold: 10m", "hold: ten");
const FAILING: Edit = ("bot.yaml", "\"Sanad\"", "\"Refused\"");

fn codes(refused: &Refused) -> Vec<&'static str> {
    refused.problems.iter().map(|problem| problem.code.name()).collect()
}

#[test]
fn a_good_change_goes_live_and_running_turns_keep_their_rules() {
    let world = World::new();
    let live = world.open(OnBadConfig::Refuse).unwrap();
    let status = live.status();
    let before = live.current();
    world.write(&[RENAMED]);
    let Reload::Accepted { version, warnings } = live.reload() else { panic!("not accepted") };
    assert!(warnings.is_empty());
    assert_eq!(live.current().bot.name.en, "Other");
    assert_eq!(live.current().version, version);
    assert_eq!(before.bot.name.en, "Sanad");
    assert!(status.has_changed().unwrap());
    assert_eq!(status.borrow().version, version);
    assert!(matches!(live.reload(), Reload::Unchanged));
}

#[test]
fn what_is_refused_leaves_the_old_rules_and_is_told_until_it_is_mended() {
    for (edit, code) in [(BROKEN, "CFG105"), (FAILING, "CFG604")] {
        let world = World::new();
        let live = world.open(OnBadConfig::Refuse).unwrap();
        let version = live.current().version.clone();
        world.write(&[edit]);
        let Reload::Refused(refused) = live.reload() else { panic!("not refused") };
        assert_eq!(codes(&refused), [code]);
        assert_eq!(live.current().version, version);
        let told = live.status().borrow().last_refused.clone().unwrap();
        assert_eq!((codes(&told), told.at), (codes(&refused), refused.at));
        world.write(&[]);
        assert!(matches!(live.reload(), Reload::Unchanged));
        assert!(live.status().borrow().last_refused.is_none());
    }
}

#[test]
fn scripts_alone_make_no_new_version_but_are_played() {
    let world = World::new();
    let live = world.open(OnBadConfig::Refuse).unwrap();
    let before = world.rehearsals.load(Ordering::SeqCst);
    world.write(&[("conversations/a.yaml", "wait: 5m", "wait: 6m")]);
    assert!(matches!(live.reload(), Reload::Unchanged));
    assert_eq!(world.rehearsals.load(Ordering::SeqCst), before + 1);
}

#[test]
fn a_restart_with_broken_files_goes_on_with_the_last_good_rules() {
    let world = World::new();
    world.write(&[BROKEN]);
    assert!(world.open(OnBadConfig::LastGood).is_err(), "nothing was ever accepted");
    world.write(&[]);
    world.open(OnBadConfig::LastGood).unwrap();
    world.write(&[RENAMED]);
    let last = world.open(OnBadConfig::LastGood).unwrap().current().version.clone();
    world.write(&[BROKEN]);
    let live = world.open(OnBadConfig::LastGood).unwrap();
    assert_eq!(live.current().version, last);
    assert!(live.status().borrow().last_refused.is_some());
    let refused = world.open(OnBadConfig::Refuse).err().unwrap();
    assert_eq!(codes(&refused), ["CFG105"]);
}

#[test]
fn every_accepted_version_can_be_brought_back() {
    let world = World::new();
    let live = world.open(OnBadConfig::Refuse).unwrap();
    let first = live.current().version.clone();
    world.write(&[RENAMED]);
    live.reload();
    let kept: Vec<_> = live.kept().list().into_iter().map(|kept| kept.version).collect();
    assert_eq!(kept, [live.current().version.clone(), first.clone()]);
    let old = live.kept().rules(&first).unwrap();
    assert_eq!((old.version, old.bot.name.en.as_str()), (first, "Sanad"));
}

#[test]
fn rules_that_cannot_be_kept_do_not_go_live() {
    let world = World::new();
    std::fs::write(world.path("data"), "a file where the folder should be").unwrap();
    let refused = world.open(OnBadConfig::LastGood).err().unwrap();
    assert_eq!(codes(&refused), ["CFG009"]);
}

#[tokio::test]
async fn a_changed_file_is_followed() {
    let world = World::new();
    let live = Arc::new(world.open(OnBadConfig::Refuse).unwrap());
    let watcher = Watcher::start(&world.path("config")).unwrap();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let following = tokio::spawn(follow(live.clone(), watcher, move |outcome| {
        let _ = tell.send(matches!(outcome, Reload::Accepted { .. }));
    }));
    let text = &edited(&[RENAMED])["bot.yaml"];
    std::fs::write(world.path("config/bot.new"), text).unwrap();
    std::fs::rename(world.path("config/bot.new"), world.path("config/bot.yaml")).unwrap();
    let accepted = async { while !told.recv().await.unwrap() {} };
    tokio::time::timeout(std::time::Duration::from_secs(30), accepted).await.unwrap();
    assert_eq!(live.current().bot.name.en, "Other");
    following.abort();
}
