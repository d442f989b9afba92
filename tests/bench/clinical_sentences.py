"""Sentences of our own with what they say, each written before the rules were run on it: a small set, and not blind.

A fact is `kind name assertion`, with `past` or `planned` where it is not current, `=value` where one is measured,
`@dose` where a dose is said and `<left` where a side is.
"""

from __future__ import annotations

SENTENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # there
    ("She has had a headache since Tuesday.", ("problem Headache present",)),
    ("I've been coughing a lot and my throat is sore.", ("problem Cough present", "problem Sore throat present")),
    ("My right knee hurts when I climb stairs.", ("problem Knee pain present <right",)),
    ("Pain in the left shoulder for three weeks.", ("problem Shoulder pain present <left",)),
    ("I get short of breath walking to the mailbox.", ("problem Dyspnea present",)),
    ("He complains of dizziness and blurry vision.", ("problem Dizziness present", "problem Blurred vision present")),
    ("I threw up twice last night.", ("problem Vomiting present",)),
    ("Her legs are swollen.", ("problem Leg swelling present",)),
    ("I have asthma and high cholesterol.", ("problem Asthma present", "problem Hypercholesterolemia present")),
    ("There is a rash on both arms.", ("problem Rash present <bilateral",)),
    # denied
    (
        "Denies fever, chills, or night sweats.",
        ("problem Fever absent", "problem Chills absent", "problem Night sweats absent"),
    ),
    ("No chest pain or palpitations.", ("problem Chest pain absent", "problem Palpitations absent")),
    ("I haven't had any nausea.", ("problem Nausea absent",)),
    ("Negative for diarrhea and constipation.", ("problem Diarrhea absent", "problem Constipation absent")),
    ("She has never had a seizure.", ("problem Seizure absent",)),
    ("No fever, but he does have a cough.", ("problem Fever absent", "problem Cough present")),
    ("I don't have a headache anymore.", ("problem Headache absent",)),
    ("Lungs are clear without wheezing.", ("problem Wheezing absent",)),
    ("I'm not dizzy.", ("problem Dizziness absent",)),
    ("The patient is not diabetic.", ("problem Diabetes mellitus absent",)),
    # asked and answered
    ("Doctor: Any fever or chills?\nPatient: No.", ("problem Fever absent", "problem Chills absent")),
    ("Doctor: Do you have diabetes?\nPatient: Yes, I do.", ("problem Diabetes mellitus present",)),
    ("Doctor: Any nausea?\nPatient: A little bit.", ("problem Nausea present",)),
    ("Doctor: Have you had chest pain?\nPatient: Never.", ("problem Chest pain absent",)),
    ("Any cough? No. Any wheezing? Yes.", ("problem Cough absent", "problem Wheezing present")),
    (
        "Doctor: Any vomiting or diarrhea?\nPatient: Diarrhea, yes, but no vomiting.",
        ("problem Diarrhea present", "problem Vomiting absent"),
    ),
    ("Doctor: How is your asthma?\nPatient: Much better.", ("problem Asthma present",)),
    ("Doctor: Do you smoke?\nPatient: Not anymore.", ("problem Tobacco use absent",)),
    ("Doctor: Are you allergic to anything?\nPatient: Just sulfa.", ("allergy Sulfonamide present",)),
    ("Doctor: Any allergies?\nPatient: None.", ("allergy Allergy absent",)),
    # family
    ("My mother had diabetes.", ("problem Diabetes mellitus family",)),
    ("His father died of a heart attack at 50.", ("problem Myocardial infarction family",)),
    ("Family history of breast cancer.", ("problem Breast cancer family",)),
    ("High blood pressure runs in my family.", ("problem Hypertension family",)),
    ("Colon cancer in her grandfather.", ("problem Colon cancer family",)),
    ("My mom said I had a fever.", ("problem Fever present",)),
    ("Both of my brothers have gout.", ("problem Gout family",)),
    # if it should come
    ("Call me if you get a fever.", ("problem Fever hypothetical",)),
    ("Return for worsening shortness of breath.", ("problem Dyspnea hypothetical",)),
    ("This medicine can cause constipation.", ("problem Constipation hypothetical",)),
    ("Watch out for bleeding.", ("problem Bleeding hypothetical",)),
    # possible
    ("It could be pneumonia.", ("problem Pneumonia possible",)),
    ("We need to rule out a stroke.", ("problem Stroke possible",)),
    ("Possible kidney stone on the film.", ("problem Kidney stone possible",)),
    ("I'm concerned about sepsis.", ("problem Sepsis possible",)),
    ("Probable bronchitis.", ("problem Bronchitis possible",)),
    # earlier, later
    ("I had pneumonia two years ago.", ("problem Pneumonia present past",)),
    ("Status post appendectomy in 2004.", ("procedure Appendectomy present past",)),
    ("I had my gallbladder removed ten years ago.", ("procedure Cholecystectomy present past",)),
    ("Let's get a chest X-ray.", ("procedure Chest X-ray present planned",)),
    ("I'm going to order an MRI of your knee.", ("procedure MRI present planned",)),
    ("History of hypertension.", ("problem Hypertension present",)),
    # drugs and allergies
    ("Takes lisinopril 20 mg by mouth daily.", ("drug Lisinopril present @20 mg by mouth daily",)),
    ("I take metformin five hundred milligrams twice a day.", ("drug Metformin present @500 mg twice a day",)),
    (
        "We'll start amoxicillin 500 mg three times a day for seven days.",
        ("drug Amoxicillin present planned @500 mg three times a day for seven days",),
    ),
    ("Stopped taking Coumadin last year.", ("drug Warfarin present past",)),
    ("I took two Tylenol.", ("drug Acetaminophen present",)),
    ("She is not on aspirin.", ("drug Aspirin absent",)),
    ("Albuterol inhaler two puffs as needed.", ("drug Albuterol present @2 puffs inhaler as needed",)),
    ("Allergic to penicillin and latex.", ("allergy Penicillin present", "allergy Latex present")),
    ("No known drug allergies.", ("allergy Allergy absent",)),
    ("I take Claritin for my allergies.", ("drug Loratadine present",)),
    # measured
    ("Blood pressure is one sixty over ninety.", ("vital blood pressure present =160/90 mmHg",)),
    (
        "Temp 101.4, pulse 98, respirations 18.",
        (
            "vital temperature present =101.4 °F",
            "vital heart rate present =98 bpm",
            "vital respiratory rate present =18 /min",
        ),
    ),
    ("Oxygen saturation was 92 percent on room air.", ("vital oxygen saturation present =92%",)),
    ("His A1c came back at eight point two.", ("lab hemoglobin A1c present =8.2%",)),
    ("Creatinine 1.4, potassium 4.1.", ("lab creatinine present =1.4 mg/dL", "lab potassium present =4.1 mmol/L")),
    ("The pain is seven out of ten.", ("vital pain score present =7/10", "problem Pain present")),
    (
        "A 58-year-old man with gout.",
        ("demographic age present =58 years", "demographic sex present =male", "problem Gout present"),
    ),
    ("I'm seventy six years old.", ("demographic age present =76 years",)),
    # nothing
    ("That's right, I left work early and drank some water.", ()),
    ("Okay, all right, let's focus on the plan.", ()),
    ("I love the fall weather and my cold coffee.", ()),
)
