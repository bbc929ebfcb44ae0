//! The fenced blocks of a document that is run.

/// A fenced block: the word behind the fence, its text, and the text before it.
pub struct Block {
    pub kind: String,
    pub text: String,
    pub before: String,
}

pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = String::new();
    for (index, part) in document.split("\n```").enumerate() {
        if index % 2 == 0 {
            before.push_str(part);
        } else {
            let (kind, text) = part.split_once('\n').unwrap();
            blocks.push(Block {
                kind: kind.to_owned(),
                text: format!("{text}\n"),
                before: before.clone(),
            });
        }
    }
    blocks
}
