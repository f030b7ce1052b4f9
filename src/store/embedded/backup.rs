//! A copy of the file while it is in use: everything one read transaction sees, in a file of its own
//! that is a store's file like any other. It lies beside the file without a name, so that nothing is
//! left of it whatever becomes of the process; who asked for it carries it away.

use super::open;
use super::rows::ROWS;
use redb::{Database, ReadableDatabase, ReadableTable};
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Copies `source` as it is now into a file without a name in `folder`; returns it at its beginning, and
/// its number of rows. The read transaction keeps old pages of the source alive until the copy is done,
/// so that it may grow meanwhile.
pub fn copy(source: &Database, folder: &Path) -> Result<(File, u64), Fault> {
    let mut file = nameless(folder)?;
    let rows = source.begin_read()?.open_table(ROWS)?;
    let backend = redb::backends::FileBackend::new(file.try_clone()?)?;
    let target = Database::builder().set_cache_size(16 << 20).create_with_backend(backend)?;
    let writing = target.begin_write()?;
    let mut count = 0;
    {
        let mut copy = writing.open_table(ROWS)?;
        for row in rows.iter()? {
            let (key, value) = row?;
            copy.insert(key.value(), value.value())?;
            count += 1;
        }
    }
    writing.commit()?;
    target.close()?;
    file.seek(SeekFrom::Start(0))?;
    Ok((file, count))
}

/// A file that only this process has, and that is gone when it is closed.
fn nameless(folder: &Path) -> std::io::Result<File> {
    let path = folder.join(format!(".backup.{}", std::process::id()));
    // Left over where a process was killed between the next two lines.
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let file = open::private_file(&path, true)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
