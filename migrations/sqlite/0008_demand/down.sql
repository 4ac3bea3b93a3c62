DROP TABLE demand_noise;
DROP TABLE demand_members;
DROP TABLE demand_cells;
