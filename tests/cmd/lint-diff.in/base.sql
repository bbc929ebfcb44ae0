CREATE TABLE public.customers (id bigint NOT NULL, email character varying(100) NOT NULL);
CREATE TABLE public.orders (
    id integer NOT NULL,
    customer bigint,
    status character varying(9) DEFAULT 'open'::character varying,
    placed timestamp with time zone DEFAULT now(),
    CONSTRAINT orders_status_check CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'paid'::character varying])::text[])))
);
CREATE SEQUENCE public.orders_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.orders_id_seq OWNED BY public.orders.id;
ALTER TABLE ONLY public.orders ALTER COLUMN id SET DEFAULT nextval('public.orders_id_seq'::regclass);
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES public.customers(id);
CREATE VIEW public.open_orders AS SELECT orders.id, orders.placed FROM public.orders WHERE ((orders.status)::text = 'open'::text);
