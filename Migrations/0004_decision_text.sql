-- The facts and the answer of a decision are kept as the text that they were written as. The service makes both, so a
-- server that parses them once more on the way in only takes time from every decision.
alter table decisions alter column facts type text using facts::text, alter column answer type text using answer::text;
