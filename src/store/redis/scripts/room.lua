-- Does nothing. As it might write, it is refused where memory is full.
--
-- KEYS  1 head, so that it goes where the slot is
return 1
