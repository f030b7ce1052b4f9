//! `sanad admin backup`: carries a copy of the embedded store away while the server works on. The
//! file has its name only once it is whole, compared and on the disk, and nothing is written over.

use crate::cli::connect::{Failure, Secured, patiently};
use crate::cli::words::pick;
use crate::domain::language::Language;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::back_up_store_response::Piece;
use crate::grpc::pb::{BackUpStoreRequest, BackupBegun};
use anyhow::{Context as _, bail};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tonic::Status;

/// Why a piece of it could not be taken: the server's side, which may be asked again, or ours.
type Taken<T> = Result<anyhow::Result<T>, Status>;

/// Makes the backup, and tells where it is and what it holds.
pub async fn back_up(
    client: AdminServiceClient<Secured>,
    server: &str,
    to: &Path,
    language: Language,
) -> anyhow::Result<Vec<String>> {
    let path = place(to, jiff::Timestamp::now(), language)?;
    let part = Part::beside(&path);
    let fetched = patiently(|| {}, || fetch(client.clone(), &part.0, &path, language)).await;
    let begun = fetched.map_err(|status| Failure::of("a backup", server, status))??;
    part.becomes(&path).with_context(|| unwritable(&path, language))?;
    Ok(told(&path, &begun, language))
}

/// The file it goes to; refused if there is one already or its folder is not there, before anything is
/// asked for.
fn place(to: &Path, now: jiff::Timestamp, language: Language) -> anyhow::Result<PathBuf> {
    let path = match to.is_dir() {
        true => to.join(now.strftime("sanad-%Y%m%dT%H%M%SZ.redb").to_string()),
        false => to.to_owned(),
    };
    if path.try_exists().with_context(|| path.display().to_string())? {
        let there = pick(
            language,
            "exists already; name a file that does not, or a folder",
            "موجود من قبل؛ اذكر ملفًا غير موجود أو مجلدًا",
        );
        bail!("{} {there}", path.display());
    }
    // Without an extension, or with an end like a folder's, a folder was meant.
    let is_folder = path.extension().is_none() || to.as_os_str().as_encoded_bytes().ends_with(b"/");
    let folder = if is_folder { Some(to) } else { path.parent() };
    match folder.filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => {
            let folder = folder.display();
            bail!(match language {
                Language::En => format!("the folder {folder} does not exist; create it"),
                Language::Ar => format!("المجلد {folder} غير موجود؛ أنشئه"),
            })
        }
        None => Ok(path),
    }
}

/// What went wrong with the file, under the name it was asked for by: the one it has while it is not
/// whole is nobody's concern.
fn unwritable(path: &Path, language: Language) -> String {
    format!("{} {}", path.display(), pick(language, "cannot be written", "تعذّرت كتابته"))
}

/// Takes all pieces into the file, anew each time it is asked again.
async fn fetch(
    mut client: AdminServiceClient<Secured>,
    part: &Path,
    path: &Path,
    language: Language,
) -> Taken<BackupBegun> {
    let mut pieces = client.back_up_store(BackUpStoreRequest {}).await?.into_inner();
    let mut file = match anew(part).with_context(|| unwritable(path, language)) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let (mut begun, mut sum, mut bytes) = (BackupBegun::default(), Sha256::new(), 0);
    while let Some(answer) = pieces.message().await? {
        match answer.piece {
            Some(Piece::Begun(first)) => begun = first,
            Some(Piece::Chunk(chunk)) => {
                sum.update(&chunk);
                bytes += chunk.len() as u64;
                if let Err(error) = file.write_all(&chunk) {
                    return Ok(Err(error).with_context(|| unwritable(path, language)));
                }
            }
            Some(Piece::Done(done))
                if bytes == begun.bytes && done.sha256 == sum.clone().finalize().to_vec() =>
            {
                return Ok(file
                    .sync_all()
                    .map(|()| begun)
                    .context("the backup is not on the disk"));
            }
            Some(Piece::Done(_)) => return Err(Status::unavailable("the copy came damaged")),
            None => {}
        }
    }
    Err(Status::unavailable("the copy ended before it was whole"))
}

/// What customers said is nobody else's to read.
fn anew(part: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part)
}

/// The file while it is not whole; it goes with whoever makes it.
struct Part(PathBuf);

impl Part {
    /// Under a name of its own, so that two who make a backup do not write into one file.
    fn beside(path: &Path) -> Part {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{:08x}.part", rand::random::<u32>()));
        Part(PathBuf::from(name))
    }

    /// Gives it its name, for good, unless somebody else has taken the name meanwhile.
    fn becomes(&self, path: &Path) -> io::Result<()> {
        match std::fs::hard_link(&self.0, path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Some file systems have no links; there the look at the beginning has to do.
            Err(_) => std::fs::rename(&self.0, path)?,
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Where it has become the backup, this takes its second name only.
        std::fs::remove_file(&self.0).ok();
    }
}

fn told(path: &Path, begun: &BackupBegun, language: Language) -> Vec<String> {
    let at = begun.taken_at.and_then(|at| jiff::Timestamp::from_second(at.seconds).ok());
    let at = at.unwrap_or_default();
    let size = begun.bytes.div_ceil(1 << 20);
    let made = pick(language, "a backup as of", "نسخة احتياطية كما في");
    let whole = pick(
        language,
        "compared with what was sent, and on the disk. To restore it: copy it to sanad.redb in a data folder \
         with the same secrets, keys and rules and the present erased.jsonl, none of which is in it (README, \
         Backing up and restoring)",
        "قورنت بما أُرسل وثبتت على القرص. لاستعادتها: انسخها إلى sanad.redb في مجلد بيانات فيه الأسرار والمفاتيح \
         والقواعد نفسها وملف erased.jsonl الحالي، فليس فيها شيء منها (README: Backing up and restoring)",
    );
    vec![format!("{}: {made} {at}, {size} MB", path.display()), whole.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gets_a_file_named_by_the_time_and_nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let now: jiff::Timestamp = "2026-11-23T07:00:05Z".parse().unwrap();
        let place = |to: &Path| place(to, now, Language::En);
        let path = place(folder.path()).unwrap();
        assert_eq!(path, folder.path().join("sanad-20261123T070005Z.redb"));
        let part = Part::beside(&path);
        anew(&part.0).unwrap().write_all(b"whole").unwrap();
        part.becomes(&path).unwrap();
        drop(part);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing else is left");
        let told = place(&path).unwrap_err().to_string();
        assert!(told.contains("exists already"), "{told}");
        // A folder that was meant is not written as a file.
        for missing in ["backups", "backups/", "backups/today.redb", ".hidden", "v1.2/"] {
            let told = place(&folder.path().join(missing)).unwrap_err().to_string();
            let name = missing.trim_end_matches("today.redb").trim_end_matches('/');
            let meant = folder.path().join(name);
            assert!(told.contains("does not exist; create it"), "{told}");
            assert!(told.contains(&meant.display().to_string()), "{told}");
            assert!(!told.contains(".part") && !told.contains("redb"), "{told}");
        }
        place(Path::new("backup.redb")).unwrap();
        // Somebody else was faster after the look.
        let late = Part::beside(&path);
        anew(&late.0).unwrap().write_all(b"late").unwrap();
        late.becomes(&path).unwrap_err();
        drop(late);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}
