//! Room on the disk. A write that fails for want of room ends the store, as any failed write does:
//! so writing stops before, while there is still room for what is being written. Reading goes on,
//! and writing does too as soon as there is room again.

use std::path::Path;

/// Bytes that are free on the disk of a folder; `None` = nobody knows.
pub fn free_in(folder: &Path) -> Option<u64> {
    let figures = rustix::fs::statvfs(folder).ok()?;
    Some(figures.f_bavail.saturating_mul(figures.f_frsize))
}

/// How much room there is, and how much of it is never used.
pub struct Room {
    free: Box<dyn Fn() -> Option<u64> + Send + Sync>,
    reserve: u64,
}

impl Room {
    /// Of the disk that holds this file.
    pub fn beside(file: &Path, reserve: u64) -> Room {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Room::measured_by(move || free_in(&folder), reserve)
    }

    /// Where somebody else knows how many bytes are free; `None` = nobody knows.
    pub fn measured_by(
        free: impl Fn() -> Option<u64> + Send + Sync + 'static,
        reserve: u64,
    ) -> Room {
        Room { free: Box::new(free), reserve }
    }

    /// Endless, as simulated disks are.
    pub fn endless() -> Room {
        Room::measured_by(|| None, 0)
    }

    /// How many bytes have to be free for so many more, and how many are, if those do not suffice.
    pub fn lacks(&self, more: u64) -> Option<(u64, u64)> {
        let (needed, free) = (self.reserve.saturating_add(more), (self.free)()?);
        (free < needed).then_some((needed, free))
    }

    /// Why nothing can be written now, if so. Where nobody knows, the disk itself will tell.
    pub fn shortage(&self) -> Option<String> {
        let free = (self.free)()?;
        (free < self.reserve).then(|| {
            format!(
                "the disk is almost full ({} MB free, {} MB are kept in reserve); make room, and \
                 writing goes on by itself",
                free >> 20,
                self.reserve >> 20
            )
        })
    }
}
