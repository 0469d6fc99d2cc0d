//! Find your school: what anybody may know of the city's units.

use model::{UnitContact, UnitId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use store::entity::unit as row;

use crate::{Portal, Result, pupils};

/// A school unit in the public list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// The unit.
    pub id: UnitId,
    /// What anybody may know of it.
    pub contact: UnitContact,
}

/// Well over what the city has: somebody who looks through the whole list finds every unit.
const MOST: usize = 2_000;

impl Portal {
    /// The city's units whose name holds every word of `query`, in the order of the Swedish alphabet. An empty query
    /// names all.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn schools(&self, query: &str) -> Result<Vec<School>> {
        let municipality = self.rules().municipality.clone();
        let rows = row::Entity::find()
            .filter(row::Column::GoneAt.is_null())
            .filter(
                Condition::any()
                    .add(row::Column::Municipality.is_null())
                    .add(row::Column::Municipality.eq(municipality)),
            )
            .all(self.store().reader())
            .await?;
        // Lower case is made here: SQLite knows that of ASCII only.
        let query = query.chars().take(100).collect::<String>().to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let mut schools = Vec::new();
        for row in rows {
            let name = row.name.to_lowercase();
            if words.iter().all(|word| name.contains(word)) {
                let id = row.id.parse().map_err(|_| anyhow::anyhow!("a unit's id cannot be read"))?;
                schools.push(School { id, contact: pupils::contact_of(row) });
            }
        }
        schools.sort_by_cached_key(|school| (swedish(&school.contact.name), school.id));
        schools.truncate(MOST);
        Ok(schools)
    }
}

/// A key that sorts å, ä and ö after z, in this order.
fn swedish(name: &str) -> Vec<u32> {
    let place = |letter: char| match letter {
        'å' => 0x11_0000,
        'ä' => 0x11_0001,
        'ö' => 0x11_0002,
        other => u32::from(other),
    };
    name.to_lowercase().chars().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_swedish_letters_come_last_in_their_order() {
        let mut names = ["Östra", "Zenit", "Älvs", "Ånäs", "Asp"];
        names.sort_by_key(|name| swedish(name));
        assert_eq!(names, ["Asp", "Zenit", "Ånäs", "Älvs", "Östra"]);
    }
}
