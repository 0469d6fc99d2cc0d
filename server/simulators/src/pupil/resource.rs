//! What is particular to each resource: its filters, its lookups, what can be expanded.

use super::{
    answer::Fault,
    objects::{Duty, Group, Organisation, Person, Placement},
    query::{Query, Span},
    snapshot::{Row, Shown, Table},
};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// A filter over one resource.
pub(super) type Filter<'a, R> = Box<dyn Fn(&R) -> bool + Send + 'a>;

/// One resource of the standard.
pub(super) trait Resource: Serialize + PartialEq + Clone + Send + Sync + Sized + 'static {
    /// The path's segment.
    const PATH: &'static str;
    /// Its own query parameters.
    const PARAMETERS: &'static [&'static str];
    /// The prefix of its date parameters.
    const DATED: Option<&'static str>;
    /// The keys of a lookup's body besides `ids`.
    const LOOKUPS: &'static [&'static str];
    /// What can be expanded.
    const EXPANDS: &'static [&'static str];
    /// Whether objects are written, not taken from the world, so that marks in them may be old.
    const WRITTEN: bool = false;

    fn id(&self) -> Uuid;
    /// Where the objects stand: those of the world, those that were written.
    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2];
    /// # Errors
    /// 400 for a value of the wrong form.
    fn filter<'a>(query: &'a Query, register: &'a Shown) -> Result<Filter<'a, Self>, Fault>;
    /// What `sortkey` orders by; none if the resource has no such key.
    fn sorted_by(&self, key: &str) -> Option<String>;
    /// Whether one of `values` under the lookup's `key` means this object.
    fn looked_up(&self, key: &str, values: &[String], register: &Shown) -> bool;
    /// The expansion `what`.
    fn expanded(&self, what: &str, register: &Shown) -> Value;
}

/// No value asked for, or one of them is the object's.
pub(super) fn among<T: PartialEq>(asked: &[T], own: &T) -> bool {
    asked.is_empty() || asked.contains(own)
}

pub(super) fn value(row: impl Serialize) -> Value {
    serde_json::to_value(row).unwrap_or_default()
}

impl Resource for Organisation {
    const PATH: &'static str = "organisations";
    const PARAMETERS: &'static [&'static str] =
        &["parent", "schoolUnitCode", "organisationCode", "municipalityCode", "type", "schoolTypes"];
    const DATED: Option<&'static str> = Some("");
    const LOOKUPS: &'static [&'static str] = &["schoolUnitCodes", "organisationCodes"];
    const EXPANDS: &'static [&'static str] = &[];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.organisations), None]
    }

    fn filter<'a>(query: &'a Query, _: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let parents: Vec<Uuid> = query.each("parent")?;
        let unit_codes = query.each("schoolUnitCode")?;
        let codes = query.each("organisationCode")?;
        let municipality: Option<String> = query.one("municipalityCode")?;
        let (types, school_types) = (query.all("type"), query.all("schoolTypes"));
        let span = Span::read(query, "")?;
        Ok(Box::new(move |unit| {
            (parents.is_empty() || unit.parent_organisation.as_ref().is_some_and(|p| parents.contains(&p.id)))
                && (unit_codes.is_empty()
                    || unit.school_unit_code.as_ref().is_some_and(|c| unit_codes.contains(c)))
                && (codes.is_empty() || unit.organisation_code.as_ref().is_some_and(|c| codes.contains(c)))
                && municipality.as_ref().is_none_or(|code| *code == unit.municipality_code)
                && among(&types, &unit.organisation_type)
                && (school_types.is_empty()
                    || unit.school_types.iter().any(|kind| school_types.contains(kind)))
                && span.fits(unit.start_date, None)
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        (key == "DisplayNameAsc").then(|| self.display_name.clone())
    }

    fn looked_up(&self, key: &str, values: &[String], _: &Shown) -> bool {
        let own = if key == "schoolUnitCodes" { &self.school_unit_code } else { &self.organisation_code };
        own.as_ref().is_some_and(|own| values.contains(own))
    }

    fn expanded(&self, _: &str, _: &Shown) -> Value {
        Value::Null
    }
}

impl Resource for Person {
    const PATH: &'static str = "persons";
    const PARAMETERS: &'static [&'static str] = &[
        "nameContains",
        "civicNo",
        "eduPersonPrincipalName",
        "identifier.value",
        "identifier.context",
        "relationship.entity.type",
        "relationship.organisation",
    ];
    const DATED: Option<&'static str> = Some("relationship.");
    const LOOKUPS: &'static [&'static str] = &["civicNos"];
    const EXPANDS: &'static [&'static str] =
        &["duties", "responsibleFor", "placements", "ownedPlacements", "groupMemberships"];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.persons), None]
    }

    fn filter<'a>(query: &'a Query, register: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let terms: Vec<String> = query.all("nameContains").into_iter().map(str::to_lowercase).collect();
        let civic: Option<String> = query.one("civicNo")?;
        let principal: Option<String> = query.one("eduPersonPrincipalName")?;
        // Nobody here has an external identifier, so whoever asks for one finds nobody.
        let identified = query.names().any(|name| name.starts_with("identifier."));
        let kind: Option<String> = query.one("relationship.entity.type")?;
        let kinds = [
            "enrolment",
            "duty",
            "placement.child",
            "placement.owner",
            "responsibleFor.enrolment",
            "responsibleFor.placement",
        ];
        if kind.as_deref().is_some_and(|kind| !kinds.contains(&kind)) {
            return Err(Fault::bad("relationship.entity.type har fel form"));
        }
        let organisation: Option<Uuid> = query.one("relationship.organisation")?;
        let span = Span::read(query, "relationship.")?;
        let tied = query.names().any(|name| name.starts_with("relationship."));
        Ok(Box::new(move |person| {
            let names = [&person.given_name, &person.family_name].map(|name| name.to_lowercase());
            let ties = register.ties.get(&person.id).into_iter().flatten();
            let mut fitting = ties.filter(|tie| {
                kind.as_ref().is_none_or(|kind| kind == tie.kind)
                    && organisation.is_none_or(|unit| unit == tie.organisation)
                    && span.fits(tie.start, tie.end)
            });
            !identified
                && terms.iter().all(|term| names.iter().any(|name| name.contains(term)))
                && civic
                    .as_ref()
                    .is_none_or(|no| person.civic_no.as_ref().is_some_and(|own| own.value == *no))
                && principal.as_ref().is_none_or(|name| person.edu_person_principal_names.contains(name))
                && (!tied || fitting.next().is_some())
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        match key {
            "DisplayNameAsc" | "GivenNameAsc" => Some(format!("{} {}", self.given_name, self.family_name)),
            "FamilyNameAsc" => Some(format!("{} {}", self.family_name, self.given_name)),
            "CivicNoAsc" => Some(self.civic_no.as_ref().map(|no| no.value.clone()).unwrap_or_default()),
            _ => None,
        }
    }

    fn looked_up(&self, _: &str, values: &[String], _: &Shown) -> bool {
        self.civic_no.as_ref().is_some_and(|no| values.contains(&no.value))
    }

    fn expanded(&self, what: &str, register: &Shown) -> Value {
        let placements = |owned: bool| {
            let fits = |row: &&Row<Placement>| match owned {
                true => row.object.owners.iter().any(|owner| owner.id == self.id),
                false => row.object.child.id == self.id,
            };
            value(register.placements.rows().iter().filter(fits).collect::<Vec<_>>())
        };
        match what {
            "duties" => {
                let own = |row: &&Row<Duty>| row.object.person.id == self.id;
                value(register.duties.rows().iter().filter(own).collect::<Vec<_>>())
            }
            "responsibleFor" => {
                let children = register.wards.get(&self.id).into_iter().flatten();
                let children = children.filter_map(|child| Some(&register.persons.get(*child)?.object));
                let list = children.flat_map(|child| {
                    let own = child.responsibles.iter().filter(|tie| tie.person.id == self.id);
                    own.map(|tie| {
                        let person = json!({ "id": child.id, "securityMarking": child.security_marking });
                        json!({ "person": person, "relationType": tie.relation_type })
                    })
                });
                list.collect()
            }
            "placements" => placements(false),
            "ownedPlacements" => placements(true),
            _ => {
                let groups = register.groups.rows().iter();
                let list = groups.flat_map(|row| {
                    let own =
                        row.object.group_memberships.iter().filter(|member| member.person.id == self.id);
                    own.map(|member| {
                        let (start, end) = (member.start_date, member.end_date);
                        json!({ "group": { "id": row.object.id }, "startDate": start, "endDate": end })
                    })
                });
                list.collect()
            }
        }
    }
}

impl Resource for Placement {
    const PATH: &'static str = "placements";
    const PARAMETERS: &'static [&'static str] = &["organisation", "group", "child", "owner"];
    const DATED: Option<&'static str> = Some("");
    const LOOKUPS: &'static [&'static str] = &["personIds"];
    const EXPANDS: &'static [&'static str] = &["child", "owners"];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.placements), None]
    }

    fn filter<'a>(query: &'a Query, _: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let groups: Vec<Uuid> = query.each("group")?;
        let children: Vec<Uuid> = query.each("child")?;
        let owners: Vec<Uuid> = query.each("owner")?;
        let span = Span::read(query, "")?;
        Ok(Box::new(move |place| {
            among(&organisations, &place.placed_at.id)
                && (groups.is_empty() || place.group.as_ref().is_some_and(|group| groups.contains(&group.id)))
                && among(&children, &place.child.id)
                && (owners.is_empty() || place.owners.iter().any(|owner| owners.contains(&owner.id)))
                && span.fits(place.start_date, place.end_date)
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        (key == "StartDateAsc").then(|| self.start_date.to_string())
    }

    fn looked_up(&self, _: &str, values: &[String], _: &Shown) -> bool {
        values.contains(&self.child.id.to_string())
    }

    fn expanded(&self, what: &str, register: &Shown) -> Value {
        match what {
            "child" => value(register.persons.get(self.child.id)),
            _ => self.owners.iter().filter_map(|owner| register.persons.get(owner.id)).map(value).collect(),
        }
    }
}

impl Resource for Duty {
    const PATH: &'static str = "duties";
    const PARAMETERS: &'static [&'static str] = &["organisation", "dutyRole", "person"];
    const DATED: Option<&'static str> = Some("");
    const LOOKUPS: &'static [&'static str] = &[];
    const EXPANDS: &'static [&'static str] = &["person"];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.duties), None]
    }

    fn filter<'a>(query: &'a Query, _: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let persons: Vec<Uuid> = query.each("person")?;
        let roles = query.all("dutyRole");
        let span = Span::read(query, "")?;
        Ok(Box::new(move |duty| {
            among(&organisations, &duty.duty_at.id)
                && among(&persons, &duty.person.id)
                && among(&roles, &duty.duty_role)
                && span.fits(duty.start_date, duty.end_date)
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        (key == "StartDateAsc").then(|| self.start_date.to_string())
    }

    fn looked_up(&self, _: &str, _: &[String], _: &Shown) -> bool {
        false
    }

    fn expanded(&self, _: &str, register: &Shown) -> Value {
        value(register.persons.get(self.person.id))
    }
}

impl Resource for Group {
    const PATH: &'static str = "groups";
    const PARAMETERS: &'static [&'static str] = &["groupType", "schoolTypes", "organisation"];
    const DATED: Option<&'static str> = Some("");
    const LOOKUPS: &'static [&'static str] = &[];
    const EXPANDS: &'static [&'static str] = &["assignmentRoles"];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.groups), None]
    }

    fn filter<'a>(query: &'a Query, _: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let (types, school_types) = (query.all("groupType"), query.all("schoolTypes"));
        let span = Span::read(query, "")?;
        Ok(Box::new(move |group| {
            among(&organisations, &group.organisation.id)
                && among(&types, &group.group_type)
                && among(&school_types, &group.school_type)
                && span.fits(group.start_date, None)
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        match key {
            "DisplayNameAsc" => Some(self.display_name.clone()),
            "StartDateAsc" => Some(self.start_date.to_string()),
            _ => None,
        }
    }

    fn looked_up(&self, _: &str, _: &[String], _: &Shown) -> bool {
        false
    }

    /// Nobody has a role in a group: the world knows duties at units only.
    fn expanded(&self, _: &str, _: &Shown) -> Value {
        json!([])
    }
}
