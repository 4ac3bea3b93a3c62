DROP TABLE deliveries;
DROP TABLE invoices;
DROP TABLE purchase_steps;
DROP TABLE purchases;
