-- Purchases and stock.

-- QuickBooks' ids of a form's lines, where other forms refer to them: JSON, in the order of the form.
ALTER TABLE links ADD COLUMN lines TEXT NOT NULL DEFAULT '[]';

-- The account of the worth of an inventory item's stock. It is told when the items are read from their beginning once more.
ALTER TABLE list_objects ADD COLUMN asset TEXT;
DELETE FROM settings WHERE key = 'list.items';

-- The opening stock and purchases go between lists and sales.
UPDATE entries SET rank = rank + 3 WHERE rank >= 4;
