//! Plans to begin with: written for nobody in particular, to be changed.

use serde::Deserialize;

use super::content::PlanContent;
use super::views::TemplateShown;

const TEMPLATES: &str = include_str!("../../data/support-plans/templates.json");

/// A plan to begin with.
#[derive(Clone, Debug, Deserialize)]
struct PlanTemplate {
    key: String,
    name: String,
    about: String,
    content: PlanContent,
}

fn all() -> Vec<PlanTemplate> {
    serde_json::from_str(TEMPLATES).unwrap_or_default()
}

/// As pages list them.
pub(super) fn shown() -> Vec<TemplateShown> {
    all().into_iter().map(|each| TemplateShown { key: each.key, name: each.name, about: each.about }).collect()
}

/// What stands in one.
pub(super) fn content(key: &str) -> Option<PlanContent> {
    all().into_iter().find(|each| each.key == key).map(|each| each.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_begun_with() {
        let all = all();
        assert!(all.len() >= 4);
        for template in all {
            assert_eq!(template.content.problems(), [], "{}", template.name);
        }
    }
}
