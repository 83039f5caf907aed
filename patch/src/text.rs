//! Values as the player reads and types them.
