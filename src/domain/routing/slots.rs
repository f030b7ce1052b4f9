//! A list with holes: things keep their number for as long as they are in, and a number that
//! became free is used again, so that sets of numbers stay small.

/// Things by number.
#[derive(Debug, Clone)]
pub struct Slots<T> {
    things: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots { things: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    /// Puts a thing in and says under which number.
    pub fn put(&mut self, thing: T) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.things[slot as usize] = Some(thing);
                slot
            }
            None => {
                self.things.push(Some(thing));
                (self.things.len() - 1) as u32
            }
        }
    }

    /// Takes a thing out.
    pub fn take(&mut self, slot: u32) -> Option<T> {
        let thing = self.things.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(thing)
    }

    /// The thing of that number.
    pub fn get(&self, slot: u32) -> Option<&T> {
        self.things.get(slot as usize)?.as_ref()
    }

    /// The thing of that number, to change it.
    pub fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        self.things.get_mut(slot as usize)?.as_mut()
    }

    /// All, by ascending number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let numbered = self.things.iter().enumerate();
        numbered.filter_map(|(slot, thing)| Some((slot as u32, thing.as_ref()?)))
    }

    /// All, by ascending number, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        let numbered = self.things.iter_mut().enumerate();
        numbered.filter_map(|(slot, thing)| Some((slot as u32, thing.as_mut()?)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.things.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_became_free_is_used_again() {
        let mut slots = Slots::default();
        let (a, b) = (slots.put('a'), slots.put('b'));
        assert_eq!(slots.take(a), Some('a'));
        assert_eq!((slots.take(a), slots.get(a), slots.len()), (None, None, 1));
        assert_eq!(slots.put('c'), a);
        assert_eq!(slots.iter().collect::<Vec<_>>(), [(a, &'c'), (b, &'b')]);
        slots.iter_mut().for_each(|(_, thing)| *thing = 'z');
        assert_eq!(slots.get_mut(b), Some(&mut 'z'));
    }
}
