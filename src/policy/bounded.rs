//! Builtins that could ask for more memory than there is, and so end the process: they are
//! shadowed by ones that look at what they are asked for first.
//!
//! The interpreter's timer looks at the clock between builtins, never inside one. Policies are
//! trusted code all the same: what is held here is the careless one, and the plainly hostile.

use regorus::unstable::{BUILTINS, Expr, Ref, Span};
use regorus::{Engine, Source, Value};

/// No list of numbers is longer.
const NUMBERS_MAX: usize = 1_000_000;
/// No text that a builtin makes is longer, in bytes.
const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// `%1000d` is the widest.
const WIDTH_MAX: usize = 1000;

type Check = fn(&[Value]) -> Result<(), String>;

/// What each of them may be asked for.
const CHECKS: &[(&str, Check)] = &[
    ("numbers.range", numbers),
    ("numbers.range_step", numbers),
    ("bits.lsh", shift),
    ("sprintf", format),
    ("concat", join),
    ("replace", replaced),
    ("regex.replace", replaced),
    ("strings.replace_n", replaced_each),
    ("array.concat", lists),
];

/// Puts the checks before their builtins.
pub(super) fn shadow(engine: &mut Engine) {
    for (name, check) in CHECKS {
        let Some(builtin) = BUILTINS.get(name).copied() else { continue };
        let Some(nowhere) = Nowhere::new(builtin.1) else { continue };
        let call = move |arguments: Vec<Value>| match check(&arguments) {
            // regorus puts the place of the call before the message.
            Err(refused) => Err(Refused(refused).into()),
            Ok(()) => (builtin.0)(&nowhere.span, &nowhere.arguments, &arguments, true),
        };
        // Only a second extension of one name could fail.
        let _ = engine.add_extension((*name).to_owned(), builtin.1, Box::new(call));
    }
}

#[derive(Debug)]
struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// The place that a builtin is given for its messages: an extension does not know its own.
#[derive(Clone)]
struct Nowhere {
    span: Span,
    arguments: Vec<Ref<Expr>>,
}

impl Nowhere {
    fn new(arity: u8) -> Option<Self> {
        let source = Source::from_contents("builtin".to_owned(), " ".to_owned()).ok()?;
        let span = Span { source, line: 1, col: 1, start: 0, end: 0 };
        let argument = || Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
        Some(Self { arguments: (0..arity).map(|_| argument()).collect(), span })
    }
}

/// `numbers.range(from, to)`, and with a step.
fn numbers(arguments: &[Value]) -> Result<(), String> {
    let number = |index: usize| arguments.get(index).and_then(|it| it.as_i64().ok());
    let (Some(from), Some(to)) = (number(0), number(1)) else {
        return match arguments.iter().take(2).all(|it| matches!(it, Value::Number(_))) {
            true => Err("a bound of `numbers.range` is out of range".to_owned()),
            // The builtin says what is wrong.
            false => Ok(()),
        };
    };
    let many = i128::from(from).abs_diff(i128::from(to))
        / u128::from(number(2).unwrap_or(1).unsigned_abs().max(1));
    match usize::try_from(many).is_ok_and(|many| many <= NUMBERS_MAX) {
        true => Ok(()),
        false => {
            Err(format!("`numbers.range` gives at most {NUMBERS_MAX} numbers, not {}", many + 1))
        }
    }
}

/// `bits.lsh(number, by)`.
fn shift(arguments: &[Value]) -> Result<(), String> {
    match arguments.get(1).and_then(|it| it.as_u32().ok()) {
        Some(by) if by as usize > WIDTH_MAX => {
            Err(format!("`bits.lsh` shifts by at most {WIDTH_MAX} bits, not {by}"))
        }
        _ => Ok(()),
    }
}

/// `sprintf(format, values)`.
fn format(arguments: &[Value]) -> Result<(), String> {
    let mut chars = text(arguments, 0).chars().peekable();
    let mut verbs = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        match chars.peek() {
            Some('%') => drop(chars.next()),
            // regorus drops the value of `%-5s` and says nothing.
            Some(flag @ ('-' | '+' | ' ' | '#')) => {
                return Err(format!("`sprintf` knows no `%{flag}` here: only widths, as in `%5d`"));
            }
            _ => verbs += 1,
        }
        let digits = std::iter::from_fn(|| chars.next_if(|c| c.is_ascii_digit() || *c == '.'));
        let width: String = digits.filter(char::is_ascii_digit).collect();
        if width.trim_start_matches('0').len() > 4
            || width.parse().is_ok_and(|it: usize| it > WIDTH_MAX)
        {
            return Err(format!("`sprintf` writes at most {WIDTH_MAX} wide, not {width}"));
        }
    }
    let values = arguments.get(1).and_then(|it| it.as_array().ok());
    if let Some(values) = values
        && values.len() != verbs
    {
        let given = values.len();
        return Err(format!("`sprintf` has a place for {verbs} values here, and is given {given}"));
    }
    sized("sprintf", values.into_iter().flat_map(|it| it.iter()).map(len).sum())
}

/// `concat(between, texts)`.
fn join(arguments: &[Value]) -> Result<(), String> {
    let between = text(arguments, 0).len();
    let len = match arguments.get(1) {
        Some(Value::Array(list)) => list.iter().map(|it| len(it) + between).sum(),
        Some(Value::Set(set)) => set.iter().map(|it| len(it) + between).sum(),
        _ => 0,
    };
    sized("concat", len)
}

/// `replace(text, old, new)`, `regex.replace(text, pattern, new)`.
fn replaced(arguments: &[Value]) -> Result<(), String> {
    // Each match of a pattern may be written several times: `$0$0`.
    let (text, new) = (text(arguments, 0).len(), text(arguments, 2).len());
    sized("replace", text.saturating_mul(2).saturating_add(1).saturating_mul(new.max(1)))
}

/// `strings.replace_n({old: new}, text)`, one after the other.
fn replaced_each(arguments: &[Value]) -> Result<(), String> {
    let pairs = arguments.first().and_then(|it| it.as_object().ok());
    let longer = |(old, new): (&Value, &Value)| match len(old) {
        0 => len(new) + 1,
        old => len(new).div_ceil(old).max(1),
    };
    let longer = pairs.into_iter().flat_map(|it| it.iter_sorted()).map(longer);
    let len = longer.fold(text(arguments, 1).len(), usize::saturating_mul);
    sized("strings.replace_n", len)
}

/// `array.concat(a, b)`.
fn lists(arguments: &[Value]) -> Result<(), String> {
    let len = |list: &Value| list.as_array().map_or(0, |it| it.len());
    match arguments.iter().map(len).sum::<usize>() {
        len if len > NUMBERS_MAX => {
            Err(format!("`array.concat` gives at most {NUMBERS_MAX} items, not {len}"))
        }
        _ => Ok(()),
    }
}

fn sized(name: &str, bytes: usize) -> Result<(), String> {
    match bytes > TEXT_BYTES_MAX {
        true => Err(format!("`{name}` would make a text of more than {TEXT_BYTES_MAX} bytes")),
        false => Ok(()),
    }
}

fn text(arguments: &[Value], index: usize) -> &str {
    arguments.get(index).and_then(|it| it.as_string().ok()).map_or("", |it| it)
}

fn len(value: &Value) -> usize {
    value.as_string().map_or(0, |it| it.len())
}
