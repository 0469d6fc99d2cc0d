//! The world a town starts with.

use super::World;

/// The shipped world.
pub fn shipped() -> World {
    World::default()
}
