//! How a product is cut into pieces for workgroups and threads.

/// Where a thread takes its operands from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Every thread loads its own rows.
    Direct,
    /// The workgroup copies a slab of 64 columns into its shared memory first.
    Shared,
}

/// Cut of a product. A workgroup has `teams` teams of threads, each for one block of results; a thread has `thread` results of its team's
/// block, in groups of four neighbouring rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Source of operands.
    pub family: Family,
    /// Rows and columns of a thread, 4 or 8.
    pub thread: [u32; 2],
    /// Rows and columns of a team's block.
    pub block: [u32; 2],
    /// Teams downwards and sidewards.
    pub teams: [u32; 2],
}

impl Tile {
    /// For products of few rows.
    pub const SKINNY: Self = Self { family: Family::Direct, thread: [4, 4], block: [16, 64], teams: [1, 1] };

    /// Cuts worth trying for products whose blocks are folded: 64×64 blocks. The first works on every device.
    pub const CANDIDATES: [Self; 7] = [
        Self { family: Family::Direct, thread: [8, 8], block: [64, 64], teams: [1, 1] },
        Self { family: Family::Direct, thread: [4, 8], block: [64, 64], teams: [1, 1] },
        Self { family: Family::Shared, thread: [8, 8], block: [64, 64], teams: [1, 1] },
        Self { family: Family::Shared, thread: [8, 8], block: [64, 64], teams: [2, 1] },
        Self { family: Family::Shared, thread: [8, 8], block: [64, 64], teams: [2, 2] },
        Self { family: Family::Shared, thread: [4, 8], block: [64, 64], teams: [1, 1] },
        Self { family: Family::Shared, thread: [4, 4], block: [64, 64], teams: [1, 1] },
    ];

    /// Short name, unique among all cuts.
    #[must_use]
    pub fn name(&self) -> String {
        let family = match self.family {
            Family::Direct => "direct",
            Family::Shared => "shared",
        };
        let [[tm, tn], [bm, bn], [gm, gn]] = [self.thread, self.block, self.teams];
        format!("{family}-{tm}x{tn}-{bm}x{bn}-{gm}x{gn}")
    }

    /// The cut with this name among those worth trying.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::CANDIDATES.into_iter().find(|tile| tile.name() == name)
    }

    /// Rows of a workgroup.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.block[0] * self.teams[0]
    }

    /// Columns of a workgroup.
    #[must_use]
    pub const fn cols(&self) -> u32 {
        self.block[1] * self.teams[1]
    }

    /// Threads of a team, downwards and sidewards.
    #[must_use]
    pub const fn team(&self) -> [u32; 2] {
        [self.block[0] / self.thread[0], self.block[1] / self.thread[1]]
    }

    /// Threads of a workgroup.
    #[must_use]
    pub const fn threads(&self) -> u32 {
        self.team()[0] * self.team()[1] * self.teams[0] * self.teams[1]
    }

    /// Words of 16 bytes between two k-words of a shared operand with this many rows. One more than needed, against bank conflicts.
    pub(super) const fn shared_stride(rows: u32) -> u32 {
        rows / 4 + 1
    }

    /// Shared memory of a workgroup in bytes, with or without folding.
    #[must_use]
    pub const fn shared_bytes(&self, folds: bool) -> u32 {
        let operands = match self.family {
            Family::Direct => 0,
            Family::Shared => 256 * (Self::shared_stride(self.rows()) + Self::shared_stride(self.cols())),
        };
        let team = self.team()[0] * self.team()[1];
        let fold = 4 * self.teams[0] * self.teams[1] * (16 * (team + 1) + team);
        operands + if folds { fold } else { 0 }
    }
}
