//! Operators: which bind how tightly (manual, "Operator Precedence"), and one spelling for each.

use super::read::{Node, Reader};

impl Reader<'_> {
    /// The operator that stands next, applied, if it binds at least as tightly as `least`.
    pub(super) fn operator(&mut self, left: &Node, least: u8) -> Option<Node> {
        let (word, next) = (self.word(0).to_owned(), self.word(1).to_owned());
        let negated =
            word == "not" && ["in", "between", "like", "ilike", "similar"].contains(&next.as_str());
        let word = if negated { next } else { word };
        let (power, skip) = match word.as_str() {
            "or" => (1, 1),
            "and" => (2, 1),
            "is" | "isnull" | "notnull" => (4, 1),
            "in" | "between" | "like" | "ilike" | "similar" => (6, 1 + usize::from(negated)),
            "at" if self.word(1) == "time" => (11, 3),
            "collate" => (11, 1),
            "" => match self.symbol(0) {
                "" | ")" | "(" | "]" | "," | ";" | "." | "::" | "[" => return None,
                "=" | "<" | ">" | "<=" | ">=" | "<>" => (5, 1),
                "+" | "-" => (8, 1),
                "*" | "/" | "%" => (9, 1),
                "^" => (10, 1),
                _ => (7, 1),
            },
            _ => return None,
        };
        if power < least {
            return None;
        }
        let symbol = self.symbol(0).to_owned();
        self.at += skip;
        Some(match word.as_str() {
            "or" => self.chain("or", left, power),
            "and" => self.chain("and", left, power),
            "in" => self.within(left, negated),
            "between" => self.between(left, negated),
            "is" => self.is(left),
            "isnull" => Node::Other(format!("({} is null)", left.text())),
            "notnull" => Node::Other(format!("({} is not null)", left.text())),
            "at" => {
                let zone = self.expression(power + 1).text();
                Node::Other(format!("timezone({zone}, {})", left.text()))
            }
            "like" | "ilike" => {
                let sign = if negated { "!~~" } else { "~~" };
                let star = if word == "ilike" { "*" } else { "" };
                binary(left, &format!("{sign}{star}"), &self.expression(power + 1))
            }
            "similar" | "collate" => {
                self.eat_word("to");
                let not = if negated { "not " } else { "" };
                binary(left, &format!("{not}{word}"), &self.expression(power + 1))
            }
            _ => self.compared(left, &symbol, power),
        })
    }

    fn chain(&mut self, word: &'static str, left: &Node, power: u8) -> Node {
        let mut items = Vec::new();
        for node in [left.clone(), self.expression(power + 1)] {
            match node {
                Node::Chain(other, inner) if other == word => items.extend(inner),
                node => items.push(node),
            }
        }
        Node::Chain(word, items)
    }

    /// `in (...)`: as `= any` of an array, which is how it is given back; one value is equal to it.
    fn within(&mut self, left: &Node, negated: bool) -> Node {
        let (sign, word) = if negated { ("<>", "all") } else { ("=", "any") };
        let is_query = ["select", "with", "values"].contains(&self.word(1));
        if is_query || !self.eat("(") {
            return binary(left, &format!("{sign} {word}"), &self.expression(7));
        }
        let items = self.list(")");
        match items.as_slice() {
            [one] => binary(left, sign, one),
            _ => binary(left, &format!("{sign} {word}"), &Node::Array(items)),
        }
    }

    fn between(&mut self, left: &Node, negated: bool) -> Node {
        let symmetric = self.eat_word("symmetric");
        let low = self.expression(7);
        self.eat_word("and");
        let high = self.expression(7);
        let (word, above, below) = if negated { ("or", "<", ">") } else { ("and", ">=", "<=") };
        match symmetric {
            true => Node::Other(format!(
                "({} {word} between symmetric {} and {})",
                left.text(),
                low.text(),
                high.text()
            )),
            false => Node::Chain(word, vec![binary(left, above, &low), binary(left, below, &high)]),
        }
    }

    fn is(&mut self, left: &Node) -> Node {
        let not = if self.eat_word("not") { "not " } else { "" };
        if self.eat_word("distinct") {
            self.eat_word("from");
            return binary(left, &format!("is {not}distinct from"), &self.expression(6));
        }
        let what = self.word(0).to_owned();
        self.at += usize::from(!what.is_empty());
        Node::Other(format!("({} is {not}{what})", left.text()))
    }

    fn compared(&mut self, left: &Node, symbol: &str, power: u8) -> Node {
        let word = self.word(0).to_owned();
        if ["any", "some", "all"].contains(&word.as_str()) && self.symbol(1) == "(" {
            self.at += 1;
            let word = if word == "some" { "any" } else { &word };
            return binary(left, &format!("{symbol} {word}"), &self.expression(power + 1));
        }
        binary(left, symbol, &self.expression(power + 1))
    }
}

fn binary(left: &Node, operator: &str, right: &Node) -> Node {
    Node::Other(format!("({} {operator} {})", left.text(), right.text()))
}
