//! How things stand, in one word: what the tray shows.

use sync::api::{Stage, Status};

/// One word for how things stand, the most pressing first where several fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was set up yet.
    NotSetUp,
    /// Somebody has to decide something.
    NeedsAttention,
    /// Posting is paused.
    Paused,
    /// Shop or QuickBooks can't be reached just now; it goes on by itself.
    Unreachable,
    /// A run or a session with QuickBooks is under way.
    Working,
    /// Up to date.
    Fine,
}

impl Standing {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] =
        [Self::NotSetUp, Self::NeedsAttention, Self::Paused, Self::Unreachable, Self::Working, Self::Fine];
}

/// What the tray shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// How things stand.
    pub standing: Standing,
    /// How many causes need attention.
    pub attention: usize,
    /// Whether there is anything to sync or to pause.
    pub is_at_work: bool,
}

impl From<&Status> for Glance {
    fn from(status: &Status) -> Self {
        let standing = match status.stage {
            Stage::NotSetUp => Standing::NotSetUp,
            Stage::NeedsAttention => Standing::NeedsAttention,
            Stage::WaitingForQuickBooks => Standing::Unreachable,
            Stage::Fine => Standing::Fine,
        };
        Self { standing, attention: status.attention.len(), is_at_work: status.stage != Stage::NotSetUp }
    }
}
